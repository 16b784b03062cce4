/*
 * Organisational domains, by the public suffix list that libpsl brings along:
 * without DNS and without a file.  What it is used for is grouping names that
 * belong together; no message is judged by it.
 */
#ifndef ANALYSIS_ORG_H
#define ANALYSIS_ORG_H

#include <stdbool.h>

/* The end of domain that is the organisation's: example.co.uk of
 * a.b.example.co.uk.  Points into domain; all of it, when it is no more than a
 * suffix.  In lower case. */
const char *org_domain(const char *domain);

/* Whether both have the same; NULL and "" have none. */
bool org_is_same(const char *a, const char *b);

#endif
