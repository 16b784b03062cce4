/* All about the mail from one address, or network. */
#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

#include <stdbool.h>

#include "base/compiler.h"

struct context;
struct error;
struct question;

MUST_CHECK bool address_print(struct context *context,
    const struct question *question, struct error *err);

#endif
