#include "ingest/unpack_reports.h"

static struct bytes
skip(struct bytes bytes, const char *mark)
{
	bytes = bytes_trim_start(bytes);
	return bytes_start(bytes, bytes_of(mark))
	    ? bytes_trim_start(bytes_skip(bytes, 1))
	    : (struct bytes) { "", 0 };
}

static struct bytes
skip_utf8_mark(struct bytes bytes)
{
	return bytes_start(bytes, bytes_of("\xef\xbb\xbf"))
	    ? bytes_skip(bytes, 3)
	    : bytes;
}

bool
unpack_reports_maybe(struct bytes bytes)
{
	return bytes_start(skip(skip_utf8_mark(bytes), "["), bytes_of("{"));
}

/* The length of a string, its quotes included; 0 when it does not end. */
static size_t
measure_string(struct bytes text)
{
	size_t i;

	for (i = 1; i < text.len; i++)
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			return i + 1;
	return 0;
}

/* The length of an object; 0 when it does not end.  Whether it is JSON is for
 * others to see. */
static size_t
measure_object(struct bytes text)
{
	size_t i = 0, depth = 0, len;

	while (i < text.len) {
		len = 1;
		switch (text.data[i]) {
		case '"':
			len = measure_string(bytes_skip(text, i));
			if (len == 0)
				return 0;
			break;
		case '{':
			depth++;
			break;
		case '}':
			if (--depth == 0)
				return i + 1;
			break;
		default:
			break;
		}
		i += len;
	}
	return 0;
}

bool
unpack_reports_next(struct bytes *array, struct bytes *object)
{
	struct bytes rest = skip_utf8_mark(*array);

	rest = skip(rest, bytes_start(rest, bytes_of(",")) ? "," : "[");
	if (!bytes_start(rest, bytes_of("{")))
		return false;
	*object = (struct bytes) { rest.data, measure_object(rest) };
	*array = bytes_trim_start(bytes_skip(rest, object->len));
	return object->len > 0;
}

size_t
unpack_reports_count(struct bytes array)
{
	struct bytes object;
	size_t count = 0;

	if (!unpack_reports_maybe(array))
		return 0;
	do {
		if (!unpack_reports_next(&array, &object))
			return 0;
		count++;
	} while (bytes_start(array, bytes_of(",")));
	return skip(array, "]").len == 0 && bytes_start(array, bytes_of("]"))
	    ? count
	    : 0;
}
