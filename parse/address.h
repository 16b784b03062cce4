/*
 * IP addresses and networks.
 *
 * An address is kept as its family (4 or 6) and its bytes, so that comparing
 * memory sorts IPv4 before IPv6 and each in its own order, and a network is a
 * range.  An IPv4 address mapped into IPv6 (::ffff:192.0.2.1) is the IPv4
 * address.
 */
#ifndef PARSE_ADDRESS_H
#define PARSE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"

#define ADDRESS_MAX  17 /* family and sixteen bytes */
#define ADDRESS_TEXT 46 /* the longest text, with its terminator */

struct address {
	uint8_t data[ADDRESS_MAX]; /* family, then the address */
	uint8_t len;               /* 5, 17, or 0 for none */
};

struct network {
	struct address first, last;
};

/*
 * Reads 192.0.2.1, 2001:db8::1, [2001:db8::1] or IPv6:2001:db8::1 (RFC 5321
 * 4.1.3), with blanks around it.  False, and out is no address, for anything
 * else.
 */
MUST_CHECK bool address_parse(struct bytes text, struct address *out);

/* The text in the form of RFC 5952; "" for none.  Returns out. */
const char *address_format(
    const struct address *address, char out[ADDRESS_TEXT]);

/* Less than, equal to or greater than zero, like memcmp. */
int address_compare(const struct address *a, const struct address *b);

/* Reads an address, or an address/prefix length. */
MUST_CHECK bool network_parse(struct bytes text, struct network *out);

bool network_contains(
    const struct network *network, const struct address *address);

#endif
