#include "analysis/own.h"

#include <string.h>

static bool
is_below(const char *domain, const char *parent)
{
	size_t len = strlen(domain), parent_len = strlen(parent);

	return len >= parent_len
	    && strcmp(domain + len - parent_len, parent) == 0
	    && (len == parent_len || domain[len - parent_len - 1] == '.');
}

bool
own_has_domain(const struct own *own, const char *domain)
{
	size_t i;

	for (i = 0; i < own->domain_count; i++)
		if (is_below(domain, own->domains[i]))
			return true;
	return false;
}

bool
own_has_address(const struct own *own, const struct address *address)
{
	size_t i;

	for (i = 0; i < own->network_count; i++)
		if (network_contains(&own->networks[i], address))
			return true;
	return false;
}
