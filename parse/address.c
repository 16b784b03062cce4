#include "parse/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "parse/value.h"

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static struct address
make_address(uint8_t family, const uint8_t *data, size_t len)
{
	struct address address = { { family }, (uint8_t)(len + 1) };

	memcpy(address.data + 1, data, len);
	return address;
}

/* Without the brackets and the tag of RFC 5321. */
static struct bytes
strip(struct bytes text)
{
	struct bytes tag = bytes_of("IPv6:");

	text = bytes_trim(text);
	if (text.len >= 2 && text.data[0] == '['
	    && text.data[text.len - 1] == ']')
		text = (struct bytes) { text.data + 1, text.len - 2 };
	if (text.len > tag.len
	    && text_is((struct bytes) { text.data, tag.len }, tag.data))
		text = bytes_skip(text, tag.len);
	return text;
}

/* As address_parse, and says whether it was IPv4 mapped into IPv6. */
static bool
parse(struct bytes text, struct address *out, bool *mapped)
{
	uint8_t data[sizeof(struct in6_addr)];
	char copy[ADDRESS_TEXT];

	*out = (struct address) { 0 };
	*mapped = false;
	text = strip(text);
	if (text.len == 0 || text.len >= sizeof(copy)
	    || memchr(text.data, '\0', text.len) != NULL)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, data) == 1) {
		*out = make_address(4, data, 4);
		return true;
	}
	if (inet_pton(AF_INET6, copy, data) != 1)
		return false;
	*mapped = memcmp(data, mapped_prefix, sizeof(mapped_prefix)) == 0;
	*out =
	    *mapped ? make_address(4, data + 12, 4) : make_address(6, data, 16);
	return true;
}

bool
address_parse(struct bytes text, struct address *out)
{
	bool mapped;

	return parse(text, out, &mapped);
}

static char *
put_decimal(char *out, uint8_t n)
{
	if (n >= 100)
		*out++ = (char)('0' + n / 100);
	if (n >= 10)
		*out++ = (char)('0' + n / 10 % 10);
	*out++ = (char)('0' + n % 10);
	return out;
}

/* As inet_ntop() has it, which takes its time: whole databases of addresses
 * are written. */
static void
format_ipv4(const uint8_t d[4], char *out)
{
	int i;

	for (i = 0; i < 4; i++) {
		out = put_decimal(out, d[i]);
		*out++ = i < 3 ? '.' : '\0';
	}
}

const char *
address_format(const struct address *address, char out[ADDRESS_TEXT])
{
	if (address->len == 5)
		format_ipv4(address->data + 1, out);
	else if (address->len == 0
	    || inet_ntop(AF_INET6, address->data + 1, out, ADDRESS_TEXT)
		== NULL)
		out[0] = '\0';
	return out;
}

int
address_compare(const struct address *a, const struct address *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->data, b->data, len);

	return order != 0 ? order : a->len - b->len;
}

static bool
parse_prefix(struct bytes text, size_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (size_t)(text.data[i] - '0');
	}
	return text.len >= 1 && text.len <= 3;
}

/* The first address has the bits after the prefix clear, the last has them
 * set. */
static void
spread(struct network *network, size_t prefix)
{
	size_t bits = (size_t)(network->first.len - 1) * 8, i;

	network->last = network->first;
	for (i = prefix; i < bits; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		network->first.data[1 + i / 8] &= (uint8_t)~bit;
		network->last.data[1 + i / 8] |= bit;
	}
}

bool
network_parse(struct bytes text, struct network *out)
{
	struct bytes address, prefix;
	const char *slash;
	size_t len, max;
	bool mapped;

	*out = (struct network) { 0 };
	text = bytes_trim(text);
	slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
	len = slash == NULL ? text.len : (size_t)(slash - text.data);
	address = (struct bytes) { text.data, len };
	prefix = bytes_skip(text, len + 1);
	if (!parse(address, &out->first, &mapped))
		return false;
	max = (size_t)(out->first.len - 1) * 8;
	len = max;
	if (slash != NULL && !parse_prefix(prefix, &len))
		return false;
	/* A prefix of the IPv6 form counts the 96 bits that went away. */
	if (slash != NULL && mapped)
		len -= 96; /* one below wraps, and is too large */
	if (len > max)
		return false;
	spread(out, len);
	return true;
}

bool
network_contains(const struct network *network, const struct address *address)
{
	return address_compare(&network->first, address) <= 0
	    && address_compare(address, &network->last) <= 0;
}
