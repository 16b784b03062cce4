#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "parse/address.h"

static const struct {
	const char *text, *expect;
} good[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ " \t192.0.2.1\r\n", "192.0.2.1" },
	{ "[192.0.2.1]", "192.0.2.1" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "[2001:db8::1]", "2001:db8::1" },
	{ "IPv6:2001:db8::1", "2001:db8::1" },
	{ "[ipv6:2001:db8::1]", "2001:db8::1" },
	{ "2001:0DB8:0000:0000:0000:0000:0000:ABCD", "2001:db8::abcd" },
	/* RFC 5952 4.2: the longest run, the first of equals, never one. */
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::FFFF:c000:0201", "192.0.2.1" },
	{ "IPv6:::ffff:192.0.2.1", "192.0.2.1" },
	{ "::fffe:192.0.2.1", "::fffe:c000:201" },
};

Test(address, reads_and_writes_the_canonical_form)
{
	struct address address;
	char text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < COUNT_OF(good); i++) {
		cr_expect(address_parse(bytes_of(good[i].text), &address), "%s",
		    good[i].text);
		cr_expect(eq(str, (char *)address_format(&address, text),
			      (char *)good[i].expect),
		    "%s", good[i].text);
	}
}

Test(address, writes_all_bytes)
{
	char expect[ADDRESS_TEXT], text[ADDRESS_TEXT];
	struct address address;
	int i;

	for (i = 0; i < 256; i++) {
		snprintf(expect, sizeof(expect), "%d.0.10.%d", i, 255 - i);
		cr_assert(address_parse(bytes_of(expect), &address));
		cr_expect_str_eq(address_format(&address, text), expect);
	}
}

static const char *const bad[] = { "", " ", "300.1.2.3", "1.2.3", "1.2.3.4.5",
	"01.2.3.4", "1.2.3.004", "0x7f.0.0.1", "1.2.3.4 a", "[1.2.3.4",
	"1.2.3.4]", "[]", "fe80::1%eth0", "fe80::1%1", "2001:db8::1::2",
	":::", "2001:db8:1:2:3:4:5:6:7", "12345::", "::ffff:01.2.3.4",
	"IPv6:", "1.2.3.4/32", "example.org",
	"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };

Test(address, refuses_what_is_none)
{
	struct address address;
	size_t i;

	for (i = 0; i < COUNT_OF(bad); i++) {
		cr_expect(not(address_parse(bytes_of(bad[i]), &address)), "%s",
		    bad[i]);
		cr_expect(eq(int, address.len, 0), "%s", bad[i]);
	}
	cr_expect(not(
	    address_parse((struct bytes) { "1.2.3.4\0junk", 12 }, &address)));
	cr_expect(not(address_parse((struct bytes) { NULL, 0 }, &address)));
}

Test(address, formats_none_as_nothing)
{
	struct address none = { 0 };
	char text[ADDRESS_TEXT] = "x";

	cr_expect(eq(str, (char *)address_format(&none, text), ""));
}

Test(address, sorts_ipv4_before_ipv6_and_each_in_order)
{
	static const char *const sorted[] = { "9.255.0.0", "10.0.0.0",
		"192.0.2.1", "::", "::1", "2001::" };
	struct address a, b;
	size_t i;

	for (i = 1; i < COUNT_OF(sorted); i++) {
		cr_assert(address_parse(bytes_of(sorted[i - 1]), &a));
		cr_assert(address_parse(bytes_of(sorted[i]), &b));
		cr_expect(lt(int, address_compare(&a, &b), 0), "%s", sorted[i]);
		cr_expect(gt(int, address_compare(&b, &a), 0), "%s", sorted[i]);
		cr_expect(eq(int, address_compare(&b, &b), 0), "%s", sorted[i]);
	}
}

static const struct {
	const char *text, *first, *last;
} networks[] = {
	{ "192.0.2.0/24", "192.0.2.0", "192.0.2.255" },
	{ "192.0.2.77/24", "192.0.2.0", "192.0.2.255" },
	{ "192.0.2.77/30", "192.0.2.76", "192.0.2.79" },
	{ "192.0.2.77", "192.0.2.77", "192.0.2.77" },
	{ "192.0.2.77/32", "192.0.2.77", "192.0.2.77" },
	{ "10.0.0.1/0", "0.0.0.0", "255.255.255.255" },
	{ "2001:db8::/33",
	    "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:db8::1/128", "2001:db8::1", "2001:db8::1" },
	{ "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "::ffff:192.0.2.0/120", "192.0.2.0", "192.0.2.255" },
};

Test(network, is_a_range)
{
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];
	struct network network;
	size_t i;

	for (i = 0; i < COUNT_OF(networks); i++) {
		cr_assert(network_parse(bytes_of(networks[i].text), &network),
		    "%s", networks[i].text);
		address_format(&network.first, first);
		address_format(&network.last, last);
		cr_expect(eq(str, first, (char *)networks[i].first));
		cr_expect(eq(str, last, (char *)networks[i].last));
	}
}

Test(network, refuses_what_is_none)
{
	static const char *const texts[] = { "", "/24", "192.0.2.0/",
		"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/8a",
		"192.0.2.0/0008", "2001:db8::/129", "192.0.2.0/24/8",
		"192.0.2.0/255.255.255.0", "::ffff:192.0.2.0/95",
		"192.0.2.0/4294967304" };
	struct network network;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++)
		cr_expect(not(network_parse(bytes_of(texts[i]), &network)),
		    "%s", texts[i]);
}

static bool
contains(const char *network_text, const char *address_text)
{
	struct network network;
	struct address address;

	cr_assert(network_parse(bytes_of(network_text), &network));
	cr_assert(address_parse(bytes_of(address_text), &address));
	return network_contains(&network, &address);
}

Test(network, contains_its_addresses_and_no_others)
{
	struct network network;
	struct address none = { 0 };

	cr_expect(contains("192.0.2.64/26", "192.0.2.64"));
	cr_expect(contains("192.0.2.64/26", "192.0.2.127"));
	cr_expect(not(contains("192.0.2.64/26", "192.0.2.63")));
	cr_expect(not(contains("192.0.2.64/26", "192.0.2.128")));
	cr_expect(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
	cr_expect(not(contains("0.0.0.0/0", "::1")));
	cr_expect(not(contains("::/0", "192.0.2.1")));
	cr_expect(contains("2001:db8::/32", "2001:db8:ffff::"));
	cr_expect(not(contains("2001:db8::/32", "2001:db9::")));
	cr_assert(network_parse(bytes_of("0.0.0.0/0"), &network));
	cr_expect(not(network_contains(&network, &none)));
}
