#include "ingest/unstuff.h"

#include "base/error.h"

void
unstuff_reset(struct unstuff *data)
{
	spool_clear(&data->message);
	data->state = UNSTUFF_LINE;
	data->too_large = data->has_no_room = false;
}

static void
keep(struct unstuff *data, const char *from, const char *to)
{
	struct bytes bytes = { from, (size_t)(to - from) };
	struct error err;

	if (data->too_large || data->has_no_room)
		return;
	if (bytes.len > data->max - data->message.len)
		data->too_large = true;
	else if (!spool_add(&data->message, bytes, &err))
		data->has_no_room = true;
	else
		return;
	spool_release(&data->message);
}

/* Past the next CR, or to the end. */
static const char *
skip_text(struct unstuff *data, const char *at, const char *end)
{
	const char *cr = memchr(at, '\r', (size_t)(end - at));

	if (cr == NULL)
		return end;
	data->state = UNSTUFF_CR;
	return cr + 1;
}

size_t
unstuff_take(struct unstuff *data, struct bytes in)
{
	const char *at = in.data, *end = in.data + in.len;
	const char *kept = at; /* what is between here and at is to be kept */
	const char *cr = "\r";

	while (at < end && data->state != UNSTUFF_END) {
		switch (data->state) {
		case UNSTUFF_LINE:
			data->state = UNSTUFF_TEXT;
			if (*at == '.') {
				keep(data, kept, at);
				kept = ++at;
				data->state = UNSTUFF_DOT;
			}
			break;
		case UNSTUFF_CR:
			if (*at == '\n')
				data->state = UNSTUFF_LINE;
			else if (*at != '\r')
				data->state = UNSTUFF_TEXT;
			at++;
			break;
		case UNSTUFF_DOT:
			data->state = UNSTUFF_TEXT;
			if (*at == '\r') {
				kept = ++at;
				data->state = UNSTUFF_DOT_CR;
			}
			break;
		case UNSTUFF_DOT_CR:
			if (*at == '\n') {
				kept = ++at;
				data->state = UNSTUFF_END;
			} else {
				/* It may have come with the octets before. */
				keep(data, cr, cr + 1);
				data->state = UNSTUFF_CR;
			}
			break;
		case UNSTUFF_TEXT:
		case UNSTUFF_END:
			at = skip_text(data, at, end);
			break;
		}
	}
	keep(data, kept, at);
	return (size_t)(at - in.data);
}
