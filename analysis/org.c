#include "analysis/org.h"

#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

/* Second-level names that a country's registry gives out below. */
static bool
is_public_label(const char *label, size_t len)
{
	static const char *const labels[] = { "ac", "co", "com", "edu", "gob",
		"gov", "gouv", "go", "mil", "ne", "net", "nom", "or", "org",
		"sch" };
	size_t i;

	for (i = 0; i < COUNT_OF(labels); i++)
		if (strlen(labels[i]) == len
		    && memcmp(labels[i], label, len) == 0)
			return true;
	return false;
}

/* The start of the label before the dot at end, or NULL at the first. */
static const char *
find_label(const char *domain, const char *end)
{
	while (end > domain && end[-1] != '.')
		end--;
	return end;
}

const char *
org_domain(const char *domain)
{
	const char *end = domain + strlen(domain);
	const char *top = find_label(domain, end), *second, *third;

	if (top == domain)
		return domain;
	second = find_label(domain, top - 1);
	if (second == domain)
		return domain;
	if (end - top != 2
	    || !is_public_label(second, (size_t)(top - 1 - second)))
		return second;
	third = find_label(domain, second - 1);
	return third;
}

bool
org_is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && *a != '\0' && *b != '\0'
	    && strcmp(org_domain(a), org_domain(b)) == 0;
}
