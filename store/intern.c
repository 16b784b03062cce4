#include "store/intern.h"

#include "base/digest.h"
#include "base/error.h"
#include "parse/dmarc.h"
#include "parse/outcome.h"
#include "store/sqlite.h"

#define FINGERPRINT 16

/*
 * What no cache knows is new, nine times of ten, so it is not looked for first.
 * The first find_count of the values are those of the statement that finds.
 */
static bool
add_or_find(struct store *store, enum statement add, enum statement find,
    const struct value *values, size_t count, size_t find_count, int64_t *id,
    bool *is_new, struct error *err)
{
	if (!statement_run(store, add, values, count, id, err))
		return false;
	*is_new = *id != 0;
	return *is_new
	    || statement_run(store, find, values, find_count, id, err);
}

bool
intern_text(
    struct store *store, const char *words, int64_t *id, struct error *err)
{
	struct bytes key;
	bool is_new;

	*id = 0;
	if (words == NULL)
		return true;
	key = bytes_of(words);
	*id = cache_find(&store->strings, key);
	if (*id != 0)
		return true;
	if (!add_or_find(store, ADD_STRING, FIND_STRING, VALUES(text(words)), 1,
		id, &is_new, err))
		return false;
	cache_put(&store->strings, key, *id);
	return true;
}

/* Each field with its length, so that no two sets look the same. */
static void
digest_text(struct digest_state *state, const char *words)
{
	struct bytes bytes = bytes_of(words == NULL ? "" : words);
	uint32_t len = words == NULL ? UINT32_MAX : (uint32_t)bytes.len;
	char head[] = { (char)(len >> 24), (char)(len >> 16), (char)(len >> 8),
		(char)len };

	digest_add(state, (struct bytes) { head, sizeof(head) });
	digest_add(state, bytes);
}

static void
digest_result(struct digest_state *state, char kind, const char *domain,
    const char *selector_or_scope, const struct choice *result,
    const char *human_result)
{
	char head[] = { kind, (char)result->value };

	digest_add(state, (struct bytes) { head, sizeof(head) });
	digest_text(state, domain);
	digest_text(state, selector_or_scope);
	digest_text(state, result->raw);
	digest_text(state, human_result);
}

static struct digest
fingerprint(const struct dmarc_record *record)
{
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;
	struct digest_state state;

	digest_init(&state);
	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next)
		digest_result(&state, 'd', dkim->domain, dkim->selector,
		    &dkim->result, dkim->human_result);
	for (spf = record->spf_results; spf != NULL; spf = spf->next)
		digest_result(&state, 's', spf->domain, spf->scope,
		    &spf->result, spf->human_result);
	return digest_finish(&state);
}

static bool
add_dkim(struct store *store, int64_t auth, const struct dmarc_dkim *dkim,
    struct error *err)
{
	int64_t domain, selector, n;

	for (n = 1; dkim != NULL; dkim = dkim->next, n++)
		if (!intern_text(store, dkim->domain, &domain, err)
		    || !intern_text(store, dkim->selector, &selector, err)
		    || !statement_run(store, ADD_AUTH_DKIM,
			VALUES(number(auth), number(n), id_or_null(domain),
			    id_or_null(selector), number(dkim->result.value),
			    text(dkim->result.raw), text(dkim->human_result)),
			NULL, err))
			return false;
	return true;
}

static bool
add_spf(struct store *store, int64_t auth, const struct dmarc_spf *spf,
    struct error *err)
{
	int64_t domain, scope, n;

	for (n = 1; spf != NULL; spf = spf->next, n++)
		if (!intern_text(store, spf->domain, &domain, err)
		    || !intern_text(store, spf->scope, &scope, err)
		    || !statement_run(store, ADD_AUTH_SPF,
			VALUES(number(auth), number(n), id_or_null(domain),
			    id_or_null(scope), number(spf->result.value),
			    text(spf->result.raw), text(spf->human_result)),
			NULL, err))
			return false;
	return true;
}

/* The id of a record's authentication results; 0 when it has none. */
static bool
intern_auth(struct store *store, const struct dmarc_record *record, int64_t *id,
    struct error *err)
{
	struct digest digest;
	struct bytes key = { (const char *)digest.data, FINGERPRINT };
	bool is_new;

	*id = 0;
	if (record->dkim_results == NULL && record->spf_results == NULL)
		return true;
	digest = fingerprint(record);
	*id = cache_find(&store->auths, key);
	if (*id != 0)
		return true;
	if (!add_or_find(store, ADD_AUTH, FIND_AUTH,
		VALUES(blob(key.data, key.len)), 1, id, &is_new, err))
		return false;
	if (is_new
	    && !(add_dkim(store, *id, record->dkim_results, err)
		&& add_spf(store, *id, record->spf_results, err)))
		return false;
	cache_put(&store->auths, key, *id);
	return true;
}

static bool
find_shape(struct store *store, const struct dmarc_record *record, int64_t *id,
    struct error *err)
{
	/* As FIND_SHAPE has them. */
	int64_t key[10] = { [4] = record->disposition.value,
		[5] = record->dkim.value,
		[6] = record->spf.value };
	struct value values[COUNT_OF(key) + 1];
	bool is_new;
	size_t i;

	if (!intern_auth(store, record, &key[0], err)
	    || !intern_text(store, record->header_from, &key[1], err)
	    || !intern_text(store, record->envelope_from, &key[2], err)
	    || !intern_text(store, record->envelope_to, &key[3], err)
	    || !intern_text(store, record->disposition.raw, &key[7], err)
	    || !intern_text(store, record->dkim.raw, &key[8], err)
	    || !intern_text(store, record->spf.raw, &key[9], err))
		return false;
	for (i = 0; i < COUNT_OF(key); i++)
		values[i] = number(key[i]);
	values[i] = number(outcome_of(record));
	return add_or_find(store, ADD_SHAPE, FIND_SHAPE, values,
	    COUNT_OF(values), COUNT_OF(key), id, &is_new, err);
}

/* All that a shape is made of, in a row. */
struct key {
	size_t len; /* more than there is room for: then it has no key */
	char data[CACHE_KEY];
};

static void
key_add(struct key *key, const void *data, size_t len)
{
	if (len > 0 && key->len + len <= sizeof(key->data))
		memcpy(key->data + key->len, data, len);
	key->len += len;
}

static void
key_add_text(struct key *key, const char *words)
{
	size_t len = words == NULL ? 0 : strlen(words);
	const char head[] = { words != NULL, (char)len, (char)(len >> 8) };

	/* What has no room is not held against anything. */
	key_add(key, head, sizeof(head));
	key_add(key, words, len);
}

static void
key_add_choice(struct key *key, const struct choice *choice)
{
	const char value = (char)choice->value;

	key_add(key, &value, 1);
	key_add_text(key, choice->raw);
}

static void
make_key(struct key *key, const struct dmarc_record *record)
{
	const struct dmarc_dkim *dkim;
	const struct dmarc_spf *spf;

	key->len = 0;
	key_add_choice(key, &record->disposition);
	key_add_choice(key, &record->dkim);
	key_add_choice(key, &record->spf);
	key_add_text(key, record->header_from);
	key_add_text(key, record->envelope_from);
	key_add_text(key, record->envelope_to);
	for (dkim = record->dkim_results; dkim != NULL; dkim = dkim->next) {
		key_add(key, "d", 1);
		key_add_choice(key, &dkim->result);
		key_add_text(key, dkim->domain);
		key_add_text(key, dkim->selector);
		key_add_text(key, dkim->human_result);
	}
	for (spf = record->spf_results; spf != NULL; spf = spf->next) {
		key_add(key, "s", 1);
		key_add_choice(key, &spf->result);
		key_add_text(key, spf->domain);
		key_add_text(key, spf->scope);
		key_add_text(key, spf->human_result);
	}
}

bool
intern_shape(struct store *store, const struct dmarc_record *record,
    int64_t *id, struct error *err)
{
	struct key key;
	struct bytes bytes = { key.data, 0 };

	make_key(&key, record);
	bytes.len = key.len;
	*id = cache_find(&store->shapes, bytes);
	if (*id != 0)
		return true;
	if (!find_shape(store, record, id, err))
		return false;
	cache_put(&store->shapes, bytes, *id);
	return true;
}

static struct digest
fingerprint_reasons(const struct dmarc_reason *reason)
{
	const struct dmarc_text *comment;
	struct digest_state state;

	digest_init(&state);
	for (; reason != NULL; reason = reason->next) {
		digest_add(&state, (struct bytes) { "r", 1 });
		digest_text(&state, reason->type);
		for (comment = reason->comment; comment != NULL;
		     comment = comment->next) {
			digest_add(&state, (struct bytes) { "c", 1 });
			digest_text(&state, comment->text);
			digest_text(&state, comment->lang);
		}
	}
	return digest_finish(&state);
}

static bool
add_comments(struct store *store, int64_t reasons, int64_t reason,
    const struct dmarc_text *comment, struct error *err)
{
	int64_t n, words, lang;

	for (n = 1; comment != NULL; comment = comment->next, n++)
		if (!intern_text(store, comment->text, &words, err)
		    || !intern_text(store, comment->lang, &lang, err)
		    || !statement_run(store, ADD_COMMENT,
			VALUES(number(reasons), number(reason), number(n),
			    id_or_null(words), id_or_null(lang)),
			NULL, err))
			return false;
	return true;
}

static bool
add_reasons(struct store *store, int64_t reasons,
    const struct dmarc_reason *reason, struct error *err)
{
	int64_t n, type;

	for (n = 1; reason != NULL; reason = reason->next, n++)
		if (!intern_text(store, reason->type, &type, err)
		    || !statement_run(store, ADD_REASON,
			VALUES(number(reasons), number(n), id_or_null(type)),
			NULL, err)
		    || !add_comments(store, reasons, n, reason->comment, err))
			return false;
	return true;
}

bool
intern_reasons(struct store *store, const struct dmarc_reason *reasons,
    int64_t *id, struct error *err)
{
	struct digest digest;
	struct bytes key = { (const char *)digest.data, FINGERPRINT };
	bool is_new;

	*id = 0;
	if (reasons == NULL)
		return true;
	digest = fingerprint_reasons(reasons);
	*id = cache_find(&store->reasons, key);
	if (*id != 0)
		return true;
	if (!add_or_find(store, ADD_REASONS, FIND_REASONS,
		VALUES(blob(key.data, key.len)), 1, id, &is_new, err)
	    || (is_new && !add_reasons(store, *id, reasons, err)))
		return false;
	cache_put(&store->reasons, key, *id);
	return true;
}

void
intern_forget(struct store *store)
{
	cache_release(&store->strings);
	cache_release(&store->auths);
	cache_release(&store->shapes);
	cache_release(&store->reasons);
	cache_release(&store->reporters);
}
