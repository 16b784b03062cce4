/*
 * The pages of 'reports html'.  Each stands alone: style, script and drawings
 * are in it, and its Content-Security-Policy allows nothing else.
 */
#ifndef CLI_HTML_PAGE_H
#define CLI_HTML_PAGE_H

#include <stdio.h>

#include "cli/html_data.h"

/* The style and the script, from cli/page.css and cli/page.js. */
extern const char html_page_css[];
extern const char html_page_js[];

struct html_page {
	const char *title;
	const char *period; /* what the numbers are about, in words */
	const char *home;   /* the page above, for a link; or NULL */
	int64_t now;
};

void html_page_begin(FILE *out, const struct html_page *page);
void html_page_end(
    FILE *out, const struct html_page *page, const struct html_data *data);

/*
 * The numbers of all domains, and the list of them, with links: to href(name)
 * where it is given, else to the part of this page.
 */
void html_page_all(FILE *out, const struct html_data *data, size_t shown,
    const char *(*href)(void *context, const struct html_domain *domain),
    void *context);

/* One domain; its headings are of that level. */
void html_page_domain(FILE *out, const struct html_data *data,
    const struct html_domain *domain, int level);

#endif
