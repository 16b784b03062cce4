/*
 * The keys of the configuration file: what each does with its value.
 */
#ifndef CLI_CONFIG_KEY_H
#define CLI_CONFIG_KEY_H

#include <stdbool.h>

#include "base/compiler.h"

struct arena;
struct config;
struct error;

struct config_reader {
	struct arena *arena;
	struct config *out;
	struct error *err;
};

/* Fails with ERROR_CONFIG for a key that there is not, and for a value that
 * it cannot have. */
MUST_CHECK bool config_key_set(struct config_reader *r, const char *section,
    const char *name, const char *value);

#endif
