/* Single values: what was read and written reads as the same again. */
#include "base/arena.h"
#include "parse/address.h"
#include "parse/datetime.h"
#include "parse/value.h"
#include "tests/fuzz/check.h"

static void
try_address(struct bytes text)
{
	struct address address, again;
	char out[ADDRESS_TEXT];

	if (!address_parse(text, &address)) {
		CHECK(address.len == 0);
		return;
	}
	CHECK(address.len == (address.data[0] == 4 ? 5 : 17));
	CHECK(address_parse(bytes_of(address_format(&address, out)), &again));
	CHECK(address_compare(&address, &again) == 0);
}

static void
try_network(struct bytes text)
{
	struct network network;

	if (!network_parse(text, &network))
		return;
	CHECK(network.first.len == network.last.len);
	CHECK(address_compare(&network.first, &network.last) <= 0);
	CHECK(network_contains(&network, &network.first));
	CHECK(network_contains(&network, &network.last));
}

static void
check_time(int64_t time)
{
	char text[DATETIME_TEXT];
	int64_t again, day;

	/* An offset can lead out of the years that can be written. */
	if (!datetime_parse(bytes_of(datetime_format(time, text)), &again))
		return;
	CHECK(again == time);
	CHECK(datetime_parse_date(
	    bytes_of(datetime_format_date(time, text)), &day));
	CHECK(datetime_day(day) == datetime_day(time));
	CHECK(day <= time && time - day < 86400);
}

static void
try_times(struct bytes text)
{
	int64_t time;

	if (datetime_parse(text, &time))
		check_time(time);
	if (datetime_parse_date(text, &time))
		check_time(time);
	if (datetime_parse_mail(text, &time))
		check_time(time);
}

static void
try_number(struct bytes text, struct arena *arena)
{
	int64_t number, again;

	if (!number_parse(text, &number))
		return;
	CHECK(number >= 0);
	CHECK(number_parse(
	    bytes_of(arena_printf(arena, "%lld", (long long)number)), &again));
	CHECK(again == number);
}

static void
try_names(struct bytes text, struct arena *arena)
{
	const char *lower = text_lower(arena, text);
	const char *copy = arena_copy(arena, text);
	const char *domain = domain_copy(arena, text);

	CHECK(strcmp(lower, text_lower(arena, bytes_of(lower))) == 0
	    || memchr(text.data, '\0', text.len) != NULL);
	CHECK(strlen(domain) <= text.len);
	CHECK(strlen(domain_of_email(arena, copy)) <= text.len);
	CHECK(strchr(domain_of_email(arena, copy), '@') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes text = check_input(data, size);
	struct arena arena = { 0 };

	if (size > 0) {
		try_address(text);
		try_network(text);
		try_times(text);
		try_number(text, &arena);
		try_names(text, &arena);
	}
	arena_release(&arena);
	return 0;
}
