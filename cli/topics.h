/* What 'reports help TOPIC' says; the manual has it from here. */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H

#include <stddef.h>

struct topic {
	const char *name;
	const char *summary;
	/* Lines of up to 76 columns; paragraphs with an empty line between,
	 * examples and lists indented by four blanks. */
	const char *text;
};

extern const struct topic topics[];
extern const size_t topic_count;

/* NULL when there is none of that name. */
const struct topic *topic_find(const char *name);

#endif
