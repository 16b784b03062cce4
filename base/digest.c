#include "base/digest.h"

#include <nettle/hmac.h>

void
digest_init(struct digest_state *state)
{
	sha256_init(&state->sha256);
}

void
digest_add(struct digest_state *state, struct bytes bytes)
{
	sha256_update(&state->sha256, bytes.len, (const uint8_t *)bytes.data);
}

struct digest
digest_finish(struct digest_state *state)
{
	struct digest digest;

	sha256_digest(&state->sha256, sizeof(digest.data), digest.data);
	return digest;
}

struct digest
digest_of(struct bytes bytes)
{
	struct digest_state state;

	digest_init(&state);
	digest_add(&state, bytes);
	return digest_finish(&state);
}

struct digest
digest_keyed(struct bytes key, struct bytes bytes)
{
	struct hmac_sha256_ctx hmac;
	struct digest digest;

	hmac_sha256_set_key(&hmac, key.len, (const uint8_t *)key.data);
	hmac_sha256_update(&hmac, bytes.len, (const uint8_t *)bytes.data);
	hmac_sha256_digest(&hmac, sizeof(digest.data), digest.data);
	return digest;
}

void
digest_base64(const struct digest *digest, char out[DIGEST_BASE64])
{
	base64_encode_raw(out, sizeof(digest->data), digest->data);
	out[DIGEST_BASE64 - 1] = '\0';
}
