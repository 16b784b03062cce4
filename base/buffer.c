#include "base/buffer.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

static void
grow(struct buffer *buffer, size_t need)
{
	size_t size = buffer->size == 0 ? 1024 : buffer->size;
	char *data;

	while (size < need)
		size = size > SIZE_MAX / 2 ? need : size * 2;
	if (size > buffer->max)
		size = buffer->max;
	data = realloc(buffer->data, size);
	if (data == NULL)
		err(1, "buffer");
	buffer->data = data;
	buffer->size = size;
}

bool
buffer_add(struct buffer *buffer, struct bytes bytes)
{
	if (bytes.len > buffer->max - buffer->len)
		return false;
	if (bytes.len == 0)
		return true;
	if (bytes.len > buffer->size - buffer->len)
		grow(buffer, buffer->len + bytes.len);
	memcpy(buffer->data + buffer->len, bytes.data, bytes.len);
	buffer->len += bytes.len;
	return true;
}

struct bytes
buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes) { buffer->data == NULL ? "" : buffer->data,
		buffer->len };
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->len = 0;
}

void
buffer_release(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer) { .max = buffer->max };
}
