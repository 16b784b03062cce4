/* Leaks on purpose: tests/house.sh sees to it that this is noticed. */

#include <criterion/criterion.h>

#include <stdlib.h>

static char *volatile kept;

Test(leaks, passes_by_itself)
{
	kept = malloc(100);
	cr_assert(kept != NULL);
	kept = NULL;
}
