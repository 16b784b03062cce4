/*
 * The little of libxml2 that we use: elements by local name as they come, and
 * the text of each.  No DOCTYPE, so no entities; no network; a bound on depth
 * and on the text of one element.  Only what is open is held in memory.
 */
#ifndef PARSE_XML_H
#define PARSE_XML_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/compiler.h"

struct error;

struct xml_element {
	const char *name;          /* without its prefix */
	const char *xml_namespace; /* or NULL */
	struct bytes lang;         /* the lang attribute; data NULL without */
};

struct xml_handler {
	/* An element begins.  False stops the parser with that error. */
	bool (*start)(void *context, const struct xml_element *element,
	    struct error *err);
	/*
	 * It ends.  text is what stood in it after its last child, without
	 * blanks around it; is_cut says that more was dropped.
	 */
	bool (*end)(
	    void *context, struct bytes text, bool is_cut, struct error *err);
	void *context;
};

struct xml_parser;

/* is_utf8: the document is, whatever it declares. */
struct xml_parser *xml_parser_new(
    const struct xml_handler *handler, bool is_utf8);
void xml_parser_free(struct xml_parser *parser);

/*
 * Takes the next bytes; in which pieces they come makes no difference.  Fails with ERROR_INPUT ("xml-malformed",
 * "xml-doctype"; "not-a-report" for a web page) or ERROR_LIMIT ("limit-depth",
 * "limit-attributes", "limit-markup"), or as the handler did.
 */
MUST_CHECK bool xml_parser_feed(
    struct xml_parser *parser, struct bytes xml, struct error *err);

/* After the last bytes.  "xml-truncated" when elements are still open. */
MUST_CHECK bool xml_parser_finish(struct xml_parser *parser, struct error *err);

#endif
