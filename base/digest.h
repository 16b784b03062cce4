/*
 * SHA-256, by nettle: it uses the processor's own instructions where there
 * are any, and comes with libetpan anyway.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include "base/bytes.h"

struct digest {
	uint8_t data[SHA256_DIGEST_SIZE];
};

/* Of bytes that come in pieces: init, any number of adds, finish. */
struct digest_state {
	struct sha256_ctx sha256;
};

void digest_init(struct digest_state *state);
void digest_add(struct digest_state *state, struct bytes bytes);
struct digest digest_finish(struct digest_state *state);

/* Of bytes that are all there. */
struct digest digest_of(struct bytes bytes);

/* With a key (HMAC, RFC 2104): who does not have it can neither make it nor
 * try out what it was made of. */
struct digest digest_keyed(struct bytes key, struct bytes bytes);

/* In base64, with its terminator. */
#define DIGEST_BASE64 (BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1)
void digest_base64(const struct digest *digest, char out[DIGEST_BASE64]);

#endif
