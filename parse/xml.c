#include "parse/xml.h"

#include <err.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"

/*
 * Which error libxml2 sees first depends on where a chunk ends, and on nothing
 * else may it depend: the document goes to it in blocks of one size, however it
 * came.  A report of ordinary size is one block.
 */
#define XML_BLOCK ((size_t)64 * 1024)

struct xml_parser {
	struct xml_handler handler;
	xmlParserCtxt *libxml;
	struct error *err; /* of the call under way */
	bool has_failed;   /* and err says why */
	size_t depth;
	/* Namespaces declared by the open elements, up to each depth. */
	size_t namespaces[MAX_XML_DEPTH + 1];
	struct buffer text;
	bool is_cut;
	struct buffer block; /* of the document, until it is full */
	bool has_block;      /* something went to libxml2 */
	int line, column;    /* where libxml2 saw its first error */
	bool is_reference;   /* which is an & that begins no reference */
};

static void
stop(struct xml_parser *parser)
{
	parser->has_failed = true;
	xmlStopParser(parser->libxml);
}

static void
clear_text(struct xml_parser *parser)
{
	buffer_clear(&parser->text);
	parser->is_cut = false;
}

/* Both lang and xml:lang; RFC 9990 has the one without prefix. */
static struct bytes
find_lang(int count, const xmlChar **attributes)
{
	const char *from, *to;
	int i;

	/* Each is a local name, prefix, URI, start and end of its value. */
	for (i = 0; i < count; i++, attributes += 5) {
		if (strcmp((const char *)attributes[0], "lang") != 0)
			continue;
		from = (const char *)attributes[3];
		to = (const char *)attributes[4];
		return (struct bytes) { from, (size_t)(to - from) };
	}
	return (struct bytes) { NULL, 0 };
}

static bool
open_element(struct xml_parser *parser, size_t namespaces, size_t attributes)
{
	if (++parser->depth > MAX_XML_DEPTH)
		return error_limit(parser->err, "limit-depth",
		    "elements nest more than %d deep", MAX_XML_DEPTH);
	parser->namespaces[parser->depth] =
	    parser->namespaces[parser->depth - 1] + namespaces;
	if (parser->namespaces[parser->depth] > MAX_XML_ATTRIBUTES
	    || attributes > MAX_XML_ATTRIBUTES)
		return error_limit(parser->err, "limit-attributes",
		    "more than %d attributes or namespaces",
		    MAX_XML_ATTRIBUTES);
	return true;
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
    int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct xml_parser *parser = context;
	struct xml_element element = { (const char *)name, (const char *)uri,
		find_lang(attribute_count, attributes) };

	(void)prefix;
	(void)namespaces;
	(void)defaulted_count;
	if (parser->has_failed)
		return;
	clear_text(parser);
	if (!open_element(
		parser, (size_t)namespace_count, (size_t)attribute_count)) {
		stop(parser);
	} else if (!parser->handler.start(
		       parser->handler.context, &element, parser->err)) {
		stop(parser);
	}
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct xml_parser *parser = context;

	(void)name;
	(void)prefix;
	(void)uri;
	if (parser->has_failed)
		return;
	parser->depth--;
	if (!parser->handler.end(parser->handler.context,
		bytes_trim(buffer_bytes(&parser->text)), parser->is_cut,
		parser->err))
		stop(parser);
	clear_text(parser);
}

static void
on_text(void *context, const xmlChar *text, int len)
{
	struct xml_parser *parser = context;
	struct bytes bytes = { (const char *)text, (size_t)len };

	if (parser->is_cut)
		return;
	/* White space between elements need not fill the buffer. */
	if (parser->text.len == 0)
		while (bytes.len > 0 && (unsigned char)bytes.data[0] <= ' ')
			bytes = bytes_skip(bytes, 1);
	if (bytes.len > parser->text.max - parser->text.len) {
		bytes.len = parser->text.max - parser->text.len;
		/* Not in the middle of a character (RFC 3629 3). */
		while (bytes.len > 0
		    && ((unsigned char)bytes.data[bytes.len] & 0xc0) == 0x80)
			bytes.len--;
		parser->is_cut = true;
	}
	if (!buffer_add(&parser->text, bytes))
		parser->is_cut = true;
}

/* Of a web page it says that this is one. */
static void
refuse_doctype(struct xml_parser *parser, const char *name)
{
	if (strcasecmp(name, "html") == 0)
		error_input(parser->err, "not-a-report", "it is a web page");
	else
		error_input(
		    parser->err, "xml-doctype", "a DOCTYPE is not allowed");
	stop(parser);
}

static void
on_doctype(void *context, const xmlChar *name, const xmlChar *external_id,
    const xmlChar *system_id)
{
	struct xml_parser *parser = context;

	(void)external_id;
	(void)system_id;
	if (!parser->has_failed)
		refuse_doctype(parser, (const char *)name);
}

/* One that is cut off at the end of the document is not meant. */
static bool
is_bad_reference(const xmlParserCtxt *libxml, int code)
{
	if (libxml->input == NULL || libxml->input->cur >= libxml->input->end)
		return false;
	return code == XML_ERR_NAME_REQUIRED
	    || code == XML_ERR_ENTITYREF_SEMICOL_MISSING
	    || code == XML_ERR_INVALID_DEC_CHARREF
	    || code == XML_ERR_INVALID_HEX_CHARREF
	    || code == XML_ERR_INVALID_CHARREF;
}

static void
on_error(void *context, xmlError *error)
{
	xmlParserCtxt *libxml = error->ctxt;
	struct xml_parser *parser;

	/* libxml2 hands over userData for the warnings of some calls only. */
	(void)context;
	if (libxml == NULL || error->level < XML_ERR_ERROR)
		return;
	parser = libxml->userData;
	/* In the middle of a DOCTYPE, which it is then all the same. */
	if (!parser->has_failed && libxml->intSubName != NULL)
		refuse_doctype(parser, (const char *)libxml->intSubName);
	if (parser->line == 0) {
		parser->line = error->line;
		parser->column = error->int2;
		parser->is_reference = is_bad_reference(libxml, error->code);
	}
}

static const xmlSAXHandler sax = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
	.ignorableWhitespace = on_text,
	.serror = on_error,
};

/* Trouble with an encoding is not told to the parser but to whoever listens,
 * else printed. */
static void
ignore(void *context, xmlError *error)
{
	(void)context;
	(void)error;
}

static void
print_nothing(void *context, const char *fmt, ...)
{
	(void)context;
	(void)fmt;
}

struct xml_parser *
xml_parser_new(const struct xml_handler *handler, bool is_utf8)
{
	struct xml_parser *parser = calloc(1, sizeof(*parser));
	xmlSAXHandler handlers = sax;

	if (parser == NULL)
		err(1, "xml");
	parser->handler = *handler;
	parser->text.max = MAX_ELEMENT_TEXT;
	parser->block.max = XML_BLOCK;
	parser->libxml =
	    xmlCreatePushParserCtxt(&handlers, parser, NULL, 0, NULL);
	if (parser->libxml == NULL)
		err(1, "xml");
	xmlCtxtUseOptions(parser->libxml,
	    XML_PARSE_NONET | (is_utf8 ? XML_PARSE_IGNORE_ENC : 0));
	xmlSetStructuredErrorFunc(NULL, ignore);
	xmlSetGenericErrorFunc(NULL, print_nothing);
	return parser;
}

void
xml_parser_free(struct xml_parser *parser)
{
	if (parser == NULL)
		return;
	xmlFreeParserCtxt(parser->libxml);
	buffer_release(&parser->text);
	buffer_release(&parser->block);
	free(parser);
}

/* At bytes that are not of their encoding libxml2 stops, and says neither that
 * nor that it is not well-formed. */
static bool
is_halted(const struct xml_parser *parser)
{
	return parser->libxml->wellFormed && parser->libxml->disableSAX;
}

static bool
malformed(struct xml_parser *parser, const char *reason, struct error *err)
{
	parser->has_failed = true;
	if (!parser->has_block)
		return error_input(err, reason, "there is no XML at all");
	if (is_halted(parser))
		return error_input(err, reason,
		    "XML has bytes that are not of the encoding it declares");
	return error_input(err, reason, "XML is %s at line %d, column %d",
	    strcmp(reason, "xml-truncated") == 0 ? "cut off"
						 : "not well-formed",
	    parser->line, parser->column);
}

static bool
take_block(struct xml_parser *parser, struct bytes block)
{
	parser->has_block = true;
	xmlParseChunk(parser->libxml, block.data, (int)block.len, 0);
	if (parser->has_failed)
		return false;
	if (!parser->libxml->wellFormed || is_halted(parser))
		return malformed(parser, "xml-malformed", parser->err);
	if (parser->libxml->input->end - parser->libxml->input->cur
	    > MAX_XML_MARKUP)
		return error_limit(parser->err, "limit-markup",
		    "a tag or comment is longer than %d bytes", MAX_XML_MARKUP);
	return true;
}

bool
xml_parser_feed(struct xml_parser *parser, struct bytes xml, struct error *err)
{
	struct bytes piece;

	parser->err = err;
	for (; xml.len > 0; xml = bytes_skip(xml, piece.len)) {
		piece = xml;
		if (piece.len > XML_BLOCK - parser->block.len)
			piece.len = XML_BLOCK - parser->block.len;
		if (!buffer_add(&parser->block, piece))
			errx(1, "xml: a block has no room");
		if (parser->block.len < XML_BLOCK)
			continue;
		if (!take_block(parser, buffer_bytes(&parser->block)))
			return false;
		buffer_clear(&parser->block);
	}
	return true;
}

bool
xml_parser_finish(struct xml_parser *parser, struct error *err)
{
	parser->err = err;
	if (parser->block.len > 0
	    && !take_block(parser, buffer_bytes(&parser->block)))
		return false;
	xmlParseChunk(parser->libxml, NULL, 0, 1);
	if (parser->has_failed)
		return false;
	if (is_halted(parser))
		return malformed(parser, "xml-malformed", err);
	/* libxml2 looks for the ; of a reference as far as the end: only there
	 * it sees that an & is a bare one. */
	if (!parser->libxml->wellFormed)
		return malformed(parser,
		    parser->is_reference ? "xml-malformed" : "xml-truncated",
		    err);
	return true;
}
