/* Any bytes as a value: what is read can be written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "parse/address.h"
#include "parse/datetime.h"
#include "parse/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { (const char *)data, size };
	struct address address, again;
	struct network network;
	struct arena arena = { 0 };
	char text[ADDRESS_TEXT], time_text[DATETIME_TEXT];
	int64_t number, time;

	if (address_parse(bytes, &address)
	    && (!address_parse(bytes_of(address_format(&address, text)), &again)
		|| address_compare(&address, &again) != 0))
		abort();
	if (network_parse(bytes, &network)
	    && (!network_contains(&network, &network.first)
		|| !network_contains(&network, &network.last)))
		abort();
	if (number_parse(bytes, &number) && number < 0)
		abort();
	if (datetime_parse(bytes, &number)
	    && (!datetime_parse(
		    bytes_of(datetime_format(number, time_text)), &time)
		|| time != number))
		abort();
	if (datetime_parse_mail(bytes, &number)
	    && (!datetime_parse(
		    bytes_of(datetime_format(number, time_text)), &time)
		|| time != number))
		abort();
	domain_copy(&arena, bytes);
	domain_of_email(&arena, arena_copy(&arena, bytes));
	arena_release(&arena);
	return 0;
}
