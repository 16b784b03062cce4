#include "ingest/message.h"

#include <ctype.h>
#include <libetpan/libetpan.h>
#include <strings.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "ingest/header.h"
#include "ingest/parameter.h"

struct walk {
	struct arena *arena;
	const struct message_visitor *visitor;
	size_t parts;
	bool is_over; /* a limit was met; no more parts */
};

static void walk_mime(struct walk *walk, struct mailmime *mime,
    const char *number, size_t level, size_t depth);
static void walk_message(struct walk *walk, struct bytes message,
    const char *number, size_t level, size_t depth);

static void
report_limit(struct walk *walk, const char *reason, const char *what, int max)
{
	struct error trouble;

	error_limit(&trouble, reason, "more than %d %s", max, what);
	walk->visitor->trouble(walk->visitor->context, &trouble);
	walk->is_over = true;
}

/* --- what a part says about itself --- */

static const char *
discrete_name(int type)
{
	switch (type) {
	case MAILMIME_DISCRETE_TYPE_TEXT:
		return "text";
	case MAILMIME_DISCRETE_TYPE_IMAGE:
		return "image";
	case MAILMIME_DISCRETE_TYPE_AUDIO:
		return "audio";
	case MAILMIME_DISCRETE_TYPE_VIDEO:
		return "video";
	default:
		return "application";
	}
}

static const char *
type_of(struct walk *walk, const struct mailmime_content *content)
{
	const char *major = "message";
	char *type, *c;

	if (content == NULL)
		return "text/plain"; /* RFC 2045 5.2 */
	if (content->ct_type->tp_type == MAILMIME_TYPE_DISCRETE_TYPE)
		major = discrete_name(
		    content->ct_type->tp_data.tp_discrete_type->dt_type);
	type = arena_printf(walk->arena, "%s/%s", major, content->ct_subtype);
	for (c = type; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return type;
}

static const char *
find_in_disposition(const void *field, const char *name)
{
	const struct mailmime_disposition *disposition = field;
	const struct mailmime_disposition_parm *parm;
	clistiter *i;

	for (i = clist_begin(disposition->dsp_parms); i != NULL;
	     i = clist_next(i)) {
		parm = clist_content(i);
		if (parm->pa_type == MAILMIME_DISPOSITION_PARM_FILENAME
		    && strcmp(name, "filename") == 0)
			return parm->pa_data.pa_filename;
		if (parm->pa_type == MAILMIME_DISPOSITION_PARM_PARAMETER
		    && strcasecmp(parm->pa_data.pa_parameter->pa_name, name)
			== 0)
			return parm->pa_data.pa_parameter->pa_value;
	}
	return NULL;
}

static const char *
find_in_content_type(const void *field, const char *name)
{
	const struct mailmime_content *content = field;
	const struct mailmime_parameter *parameter;
	clistiter *i = NULL;

	if (content->ct_parameters != NULL)
		i = clist_begin(content->ct_parameters);
	for (; i != NULL; i = clist_next(i)) {
		parameter = clist_content(i);
		if (strcasecmp(parameter->pa_name, name) == 0)
			return parameter->pa_value;
	}
	return NULL;
}

static const char *
filename_of(struct walk *walk, const struct mailmime *mime)
{
	const char *name = NULL;
	struct mailmime_field *field;
	clistiter *i = NULL;

	if (mime->mm_mime_fields != NULL)
		i = clist_begin(mime->mm_mime_fields->fld_list);
	for (; i != NULL && name == NULL; i = clist_next(i)) {
		field = clist_content(i);
		if (field->fld_type == MAILMIME_FIELD_DISPOSITION)
			name = parameter_value(find_in_disposition,
			    field->fld_data.fld_disposition, "filename",
			    walk->arena);
	}
	if (name == NULL && mime->mm_content_type != NULL)
		name = parameter_value(find_in_content_type,
		    mime->mm_content_type, "name", walk->arena);
	return name == NULL ? "" : name;
}

static int
encoding_of(const struct mailmime *mime)
{
	struct mailmime_field *field;
	clistiter *i = NULL;

	if (mime->mm_mime_fields != NULL)
		i = clist_begin(mime->mm_mime_fields->fld_list);
	for (; i != NULL; i = clist_next(i)) {
		field = clist_content(i);
		if (field->fld_type == MAILMIME_FIELD_TRANSFER_ENCODING)
			return field->fld_data.fld_encoding->enc_type;
	}
	return MAILMIME_MECHANISM_8BIT;
}

/* --- parts --- */

/* Undoes the transfer encoding of a part.  False when there is nothing; else
 * out->data goes to mailmime_decoded_part_free(). */
static bool
decode(const struct mailmime *mime, const struct mailmime_data *data,
    struct bytes *out)
{
	size_t index = 0;
	char *decoded = NULL;

	if (data == NULL || data->dt_type != MAILMIME_DATA_TEXT
	    || mailmime_part_parse(data->dt_data.dt_text.dt_data,
		   data->dt_data.dt_text.dt_length, &index, encoding_of(mime),
		   &decoded, &out->len)
		!= MAILIMF_NO_ERROR)
		return false;
	out->data = decoded;
	return true;
}

static void
hand_out(struct walk *walk, const struct mailmime *mime, const char *number,
    size_t depth)
{
	struct message_part part = { .number = number, .depth = depth };

	part.type = type_of(walk, mime->mm_content_type);
	part.filename = filename_of(walk, mime);
	if (!walk->visitor->wants(walk->visitor->context, &part)
	    || !decode(mime, mime->mm_data.mm_single, &part.body))
		return;
	walk->visitor->part(walk->visitor->context, &part);
	mailmime_decoded_part_free((char *)(uintptr_t)part.body.data);
}

static void
hand_out_enclosed(struct walk *walk, struct bytes message, size_t depth)
{
	if (walk->visitor->enclosed != NULL)
		walk->visitor->enclosed(walk->visitor->context, message, depth);
}

/* RFC 2046 5.2.1 forbids to encode a message inside a message; some do, and
 * libetpan leaves those alone. */
static void
walk_encoded_message(struct walk *walk, const struct mailmime *mime,
    const char *number, size_t level, size_t depth)
{
	struct bytes message;

	if (!decode(mime, mime->mm_data.mm_single, &message))
		return;
	hand_out_enclosed(walk, message, depth - 1);
	walk_message(walk, message, number, level, depth);
	mailmime_decoded_part_free((char *)(uintptr_t)message.data);
}

static void
walk_enclosed_message(struct walk *walk, const struct mailmime *mime,
    const char *number, size_t level, size_t depth)
{
	const struct mailmime_data *data = mime->mm_body;

	if (data != NULL && data->dt_type == MAILMIME_DATA_TEXT)
		hand_out_enclosed(walk,
		    (struct bytes) { data->dt_data.dt_text.dt_data,
			data->dt_data.dt_text.dt_length },
		    depth - 1);
	if (mime->mm_data.mm_message.mm_msg_mime != NULL)
		walk_mime(walk, mime->mm_data.mm_message.mm_msg_mime, number,
		    level, depth);
}

/* A part that holds no others as libetpan sees it. */
static void
walk_single(struct walk *walk, const struct mailmime *mime, const char *number,
    size_t level, size_t depth)
{
	const char *type = type_of(walk, mime->mm_content_type);

	if (++walk->parts > MAX_MIME_PARTS)
		report_limit(walk, "limit-parts", "parts", MAX_MIME_PARTS);
	else if (strcmp(type, "message/rfc822") != 0)
		hand_out(walk, mime, number[0] == '\0' ? "1" : number, depth);
	else if (depth < MAX_MESSAGE_DEPTH)
		walk_encoded_message(walk, mime, number, level + 1, depth + 1);
}

static void
walk_list(struct walk *walk, clist *parts, const char *number, size_t level,
    size_t depth)
{
	clistiter *i;
	size_t n = 0;

	for (i = clist_begin(parts); i != NULL && !walk->is_over;
	     i = clist_next(i))
		walk_mime(walk, clist_content(i),
		    number[0] == '\0'
			? arena_printf(walk->arena, "%zu", ++n)
			: arena_printf(walk->arena, "%s.%zu", number, ++n),
		    level + 1, depth);
}

static void
walk_mime(struct walk *walk, struct mailmime *mime, const char *number,
    size_t level, size_t depth)
{
	if (level > MAX_MIME_DEPTH) {
		report_limit(walk, "limit-mime-depth", "parts in one another",
		    MAX_MIME_DEPTH);
		return;
	}
	switch (mime->mm_type) {
	case MAILMIME_SINGLE:
		walk_single(walk, mime, number, level, depth);
		break;
	case MAILMIME_MULTIPLE:
		walk_list(walk, mime->mm_data.mm_multipart.mm_mp_list, number,
		    level, depth);
		break;
	case MAILMIME_MESSAGE:
		if (depth < MAX_MESSAGE_DEPTH)
			walk_enclosed_message(
			    walk, mime, number, level + 1, depth + 1);
		break;
	default:
		break;
	}
}

/*
 * libetpan follows parts and comments by recursion, so that a few megabytes
 * of either end the process.  Each level of parts takes a Content-Type, each
 * level of comments a parenthesis, and comments end with their header: to
 * count those beforehand is enough.
 */
struct shape {
	size_t content_types;
	size_t comment_depth;
};

static void
look_at_line(struct shape *shape, struct bytes line)
{
	static const char name[] = "content-type";
	const char *c, *end = line.data + line.len;

	if (line.len >= sizeof(name) - 1
	    && strncasecmp(line.data, name, sizeof(name) - 1) == 0)
		shape->content_types++;
	if (bytes_trim(line).len == 0)
		shape->comment_depth = 0;
	if (memchr(line.data, '(', line.len) == NULL)
		return;
	for (c = line.data; c < end; c++) {
		if (*c == '(')
			shape->comment_depth++;
		else if (*c == ')' && shape->comment_depth > 0)
			shape->comment_depth--;
	}
}

static bool
check_shape(struct bytes message, struct error *err)
{
	struct shape shape = { 0 };
	struct bytes line;
	const char *end;

	if (header_of(message).len > MAX_HEADER)
		return error_limit(err, "limit-header",
		    "the header is larger than %lu bytes", MAX_HEADER);
	while (message.len > 0) {
		end = memchr(message.data, '\n', message.len);
		line = message;
		if (end != NULL)
			line.len = (size_t)(end - message.data) + 1;
		look_at_line(&shape, line);
		if (shape.content_types > MAX_CONTENT_TYPES)
			return error_limit(err, "limit-parts",
			    "more than %d parts", MAX_CONTENT_TYPES);
		if (shape.comment_depth > MAX_COMMENT_DEPTH)
			return error_limit(err, "limit-comments",
			    "comments nest more than %d deep",
			    MAX_COMMENT_DEPTH);
		message = bytes_skip(message, line.len);
	}
	return true;
}

static void
report_trouble(struct walk *walk, const struct error *trouble)
{
	walk->visitor->trouble(walk->visitor->context, trouble);
}

static void
walk_message(struct walk *walk, struct bytes message, const char *number,
    size_t level, size_t depth)
{
	struct mailmime *mime = NULL;
	struct error trouble;
	size_t index = 0;

	if (!check_shape(message, &trouble)) {
		report_trouble(walk, &trouble);
		return;
	}
	if (mailmime_parse(message.data, message.len, &index, &mime)
	    != MAILIMF_NO_ERROR) {
		error_input(&trouble, "mime-malformed",
		    "the message's structure cannot be read");
		report_trouble(walk, &trouble);
		return;
	}
	/* The outermost is the message itself, not one inside it. */
	if (mime->mm_type == MAILMIME_MESSAGE)
		walk_mime(walk, mime->mm_data.mm_message.mm_msg_mime, number,
		    level, depth);
	mailmime_free(mime);
}

void
message_walk(struct bytes message, struct arena *arena,
    const struct message_visitor *visitor)
{
	struct walk walk = { .arena = arena, .visitor = visitor };

	walk_message(&walk, message, "", 0, 0);
}
