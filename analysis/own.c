#include "analysis/own.h"

#include "parse/value.h"

bool
own_has_domain(const struct own *own, const char *domain)
{
	size_t i;

	for (i = 0; i < own->domain_count; i++)
		if (domain_is_below(domain, own->domains[i]))
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
