/* The parts of 'reports leaks'. */
#ifndef CLI_LEAKS_H
#define CLI_LEAKS_H

#include "base/compiler.h"
#include "cli/analyse.h"
#include "cli/pseudonym.h"

struct context;
struct error;

struct leaks {
	const struct context *context;
	struct analysed analysed;
	struct pseudonym pseudonym;
	const struct channel **channels; /* lists, then possible ones */
	size_t count, list_count;
	const char *name; /* the list that was asked for; NULL: all */
};

/* A name as it may be shown: as it is with --names, else as a hash. */
const char *leaks_name(const struct leaks *leaks, const char *name);

/* A row for each list and party. */
MUST_CHECK bool leaks_print_rows(const struct leaks *leaks, struct error *err);

/* For people: a line for each list, and what it all means. */
void leaks_print_lists(const struct leaks *leaks);
/* The parties of each list. */
void leaks_print_parties(const struct leaks *leaks);
/* What can be done, by kind of list. */
void leaks_print_advice(const struct leaks *leaks);

/* That there is no list, and why none may show. */
void leaks_say_why_none(const struct leaks *leaks);
/* What a table of selectors means. */
void leaks_say_what_selectors_tell(const struct leaks *leaks);

/* What selectors tell of who wrote: a row for each list and selector. */
MUST_CHECK bool leaks_print_selectors(
    const struct leaks *leaks, struct error *err);

#endif
