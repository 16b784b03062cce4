/* Every option: what it is called, what it takes, how it is read. */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

struct option_reader {
	struct options *out;
	struct arena *arena;
	struct error *err;
	uint64_t takes; /* the options of the command */
};

struct option_row {
	const char *name;
	const char *argument; /* NULL when it takes none */
	const char *help;     /* lines below the first are indented */
	/* Reads its value; value is NULL when it takes none. */
	bool (*set)(struct option_reader *r, const struct option_row *row,
	    const char *value);
	size_t member;     /* of struct options, for plain texts and flags */
	const char *words; /* what the argument can be, with blanks between, or
			    * NULL; ask option_words() */
};

/* The index is enum option_id. */
extern const struct option_row option_rows[OPTION_COUNT];

/* The words of the argument, for a command that takes these options; NULL when
 * it can be anything. */
const char *option_words(const struct option_row *row, uint64_t takes);

#endif
