#include "analysis/org.h"

#include <libpsl.h>
#include <stddef.h>
#include <string.h>

const char *
org_domain(const char *domain)
{
	const char *found = psl_registrable_domain(psl_builtin(), domain);

	return found == NULL ? domain : found;
}

/* The last two labels. */
static const char *
find_end(const char *domain)
{
	const char *at = domain + strlen(domain);
	int dots = 0;

	while (at > domain) {
		if (at[-1] == '.' && ++dots == 2)
			break;
		at--;
	}
	return at;
}

bool
org_is_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL || *a == '\0' || *b == '\0')
		return false;
	/* Most names are the same, or have nothing in common: the list need
	 * not be asked about them. */
	if (strcmp(a, b) == 0)
		return true;
	return strcmp(find_end(a), find_end(b)) == 0
	    && strcmp(org_domain(a), org_domain(b)) == 0;
}
