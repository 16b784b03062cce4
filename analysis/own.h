/*
 * What is ours: the domains and networks that the operator has named.
 */
#ifndef ANALYSIS_OWN_H
#define ANALYSIS_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/address.h"

struct own {
	const char *const *domains; /* lower case */
	size_t domain_count;
	const struct network *networks;
	size_t network_count;
};

/* Whether domain is one of ours or below one; false when none is named. */
bool own_has_domain(const struct own *own, const char *domain);

/* Whether the address is in one of our networks. */
bool own_has_address(const struct own *own, const struct address *address);

#endif
