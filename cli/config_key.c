#include "cli/config_key.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "cli/config.h"
#include "cli/options.h"
#include "parse/value.h"

/* --- values --- */

static bool
set_text(struct config_reader *r, const char **out, const char *value)
{
	if (*out != NULL)
		return error_set(r->err, ERROR_CONFIG,
		    "is given twice (a line that begins with a blank goes on "
		    "with the key before it)");
	if (*value == '\0')
		return error_set(r->err, ERROR_CONFIG, "has no value");
	*out = arena_copy(r->arena, bytes_of(value));
	return true;
}

/* The list with one more in it.  Such lists are short. */
static void *
grow(struct config_reader *r, const void *list, size_t *count, size_t size)
{
	char *grown = arena_alloc(r->arena, *count + 1, size);

	if (*count > 0)
		memcpy(grown, list, *count * size);
	++*count;
	return grown;
}

/* Calls add for each item between commas or blanks. */
static bool
read_list(struct config_reader *r, const char *value,
    bool (*add)(struct config_reader *r, struct bytes item))
{
	static const char separators[] = ", \t";
	size_t len;

	if (value[strspn(value, separators)] == '\0')
		return error_set(r->err, ERROR_CONFIG, "has no value");
	for (;; value += len) {
		value += strspn(value, separators);
		len = strcspn(value, separators);
		if (len == 0)
			return true;
		if (!add(r, (struct bytes) { value, len }))
			return false;
	}
}

static bool
is_domain(const char *text)
{
	const char *c;

	for (c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x80
		    && strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *c)
			== NULL)
			return false;
	return *text != '\0' && *text != '.' && strstr(text, "..") == NULL;
}

static bool
add_domain(struct config_reader *r, struct bytes item)
{
	struct own *own = &r->out->own;
	const char *domain = domain_copy(r->arena, item);
	const char **domains;

	if (!is_domain(domain))
		return error_set(r->err, ERROR_CONFIG, "'%.*s' is not a domain",
		    (int)item.len, item.data);
	domains = grow(r, own->domains, &own->domain_count, sizeof(*domains));
	domains[own->domain_count - 1] = domain;
	own->domains = domains;
	return true;
}

static bool
add_network(struct config_reader *r, struct bytes item)
{
	struct own *own = &r->out->own;
	struct network network, *networks;

	if (!network_parse(item, &network))
		return error_set(r->err, ERROR_CONFIG,
		    "'%.*s' is not a network such as 192.0.2.0/24 or "
		    "2001:db8::/48",
		    (int)item.len, item.data);
	networks =
	    grow(r, own->networks, &own->network_count, sizeof(*networks));
	networks[own->network_count - 1] = network;
	own->networks = networks;
	return true;
}

static bool
add_recipient(struct config_reader *r, struct bytes item)
{
	struct config *out = r->out;
	const char *recipient = domain_copy(r->arena, item);
	const char *at = strrchr(recipient, '@');
	const char **recipients;

	if (at == recipient || !is_domain(at == NULL ? recipient : at + 1))
		return error_set(r->err, ERROR_CONFIG,
		    "'%.*s' is neither an address nor a domain", (int)item.len,
		    item.data);
	recipients = grow(
	    r, out->recipients, &out->recipient_count, sizeof(*recipients));
	recipients[out->recipient_count - 1] = recipient;
	out->recipients = recipients;
	return true;
}

static bool
add_authserv_id(struct config_reader *r, struct bytes item)
{
	struct read_config *config = &r->out->authentication;
	const char **ids = grow(
	    r, config->authserv_ids, &config->authserv_id_count, sizeof(*ids));

	ids[config->authserv_id_count - 1] = arena_copy(r->arena, item);
	config->authserv_ids = ids;
	return true;
}

/* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. */
static bool
add_server(struct config_reader *r, struct bytes item)
{
	const char *text = arena_copy(r->arena, item);
	const char *known = r->out->resolve_servers;
	const char *colon = strrchr(text, ':');
	struct bytes host = item;
	struct address address;
	char name[ADDRESS_TEXT];
	int64_t port = 53;

	if (colon != NULL && colon > text
	    && (colon[-1] == ']' || strchr(text, ':') == colon)) {
		host.len = (size_t)(colon - text);
		if (!number_parse(bytes_of(colon + 1), &port))
			port = 0;
	}
	if (!address_parse(host, &address) || port < 1 || port > 65535)
		return error_set(r->err, ERROR_CONFIG,
		    "'%.80s' is not the address of a server, such as "
		    "192.0.2.53 or [2001:db8::53]:53",
		    text);
	r->out->resolve_servers = arena_printf(r->arena, "%s%s%s%s%s:%d",
	    known == NULL ? "" : known, known == NULL ? "" : ",",
	    address.len == 5 ? "" : "[", address_format(&address, name),
	    address.len == 5 ? "" : "]", (int)port);
	return true;
}

static bool
add_mmdb(struct config_reader *r, struct bytes item)
{
	struct config *out = r->out;
	const char **paths =
	    grow(r, out->mmdbs, &out->mmdb_count, sizeof(*paths));

	paths[out->mmdb_count - 1] = arena_copy(r->arena, item);
	out->mmdbs = paths;
	return true;
}

/* --- keys --- */

static bool
set_rua(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->rua, value);
}

static bool
set_ruf(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->ruf, value);
}

static bool
set_data_folder(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->data_folder, value);
}

/* [labels]: the key is a domain, or a network as 'reports senders' shows it. */
static bool
set_label(struct config_reader *r, const char *name, const char *value)
{
	struct config *out = r->out;
	const char *equals = strrchr(value, '=');
	/* inih ends a key at a colon too, and so in an IPv6 network. */
	const char *key = equals == NULL
	    ? name
	    : arena_printf(
		r->arena, "%s:%.*s", name, (int)(equals - value), value);
	struct bytes word =
	    bytes_trim(bytes_of(equals == NULL ? value : equals + 1));
	const char *domain = domain_copy(r->arena, bytes_of(key));
	struct label *labels;
	enum sender_class class;
	struct network network;

	if (!is_domain(domain) && !network_parse(bytes_of(domain), &network))
		return error_set(r->err, ERROR_CONFIG,
		    "'%.80s' is neither a domain nor a network", domain);
	if (text_is(word, "forward"))
		word = bytes_of("forwarder");
	if (!sender_class_parse(word, &class))
		return error_set(r->err, ERROR_CONFIG,
		    "'%.40s' is none of own, vendor, list, forwarder, "
		    "gateway, relay, service, spoof",
		    value);
	labels = grow(r, out->labels, &out->label_count, sizeof(*labels));
	labels[out->label_count - 1] = (struct label) { domain, class };
	out->labels = labels;
	return true;
}

static bool
set_own_domains(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_domain);
}

static bool
set_own_networks(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_network);
}

static bool
set_recipients(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_recipient);
}

static bool
set_store_path(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->store_path, value);
}

static bool
set_socket(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->socket, value);
}

static bool
set_inet(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->inet, value);
}

static bool
set_group(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->group, value);
}

static bool
set_control(struct config_reader *r, const char *value)
{
	return set_text(r, &r->out->control, value);
}

static bool
set_workers(struct config_reader *r, const char *value)
{
	return options_parse_workers(value, &r->out->workers)
	    || error_set(r->err, ERROR_CONFIG,
		"'%.40s' is not a number from 1 to %d", value, MAX_WORKERS);
}

static bool
set_hostname(struct config_reader *r, const char *value)
{
	if (value[strcspn(value, " \t")] != '\0')
		return error_set(r->err, ERROR_CONFIG,
		    "'%.80s' is not the name of a host", value);
	return set_text(r, &r->out->hostname, value);
}

static bool
set_socket_mode(struct config_reader *r, const char *value)
{
	r->out->has_socket_mode = true;
	return options_parse_mode(value, &r->out->socket_mode)
	    || error_set(r->err, ERROR_CONFIG,
		"'%.40s' is no octal mode such as 0660", value);
}

static bool
set_servers(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_server);
}

static bool
set_mmdb(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_mmdb);
}

static bool
set_authserv_ids(struct config_reader *r, const char *value)
{
	return read_list(r, value, add_authserv_id);
}

static bool
set_trusted_ar_count(struct config_reader *r, const char *value)
{
	size_t *out = &r->out->authentication.trusted_ar_count;
	int64_t count;

	if (*out != 0)
		return error_set(r->err, ERROR_CONFIG, "is given twice");
	if (!number_parse(bytes_of(value), &count) || count < 1
	    || count > MAX_AUTHRES_FIELDS)
		return error_set(r->err, ERROR_CONFIG,
		    "'%.40s' is not a number from 1 to %d", value,
		    MAX_AUTHRES_FIELDS);
	*out = (size_t)count;
	return true;
}

static bool
set_age(struct config_reader *r, struct age *out, const char *value,
    bool takes_words)
{
	if (out->kind != AGE_NONE)
		return error_set(r->err, ERROR_CONFIG, "is given twice");
	return age_parse(value, takes_words, out)
	    || error_set(r->err, ERROR_CONFIG,
		"'%.40s' is not an age such as 30d, 4w, 13m or 5y%s", value,
		takes_words ? ", nor never or forever" : "");
}

static bool
set_keep_raw(struct config_reader *r, const char *value)
{
	return set_age(r, &r->out->keep_raw, value, true);
}

static bool
set_older_than(struct config_reader *r, const char *value)
{
	return set_age(r, &r->out->prune.older_than, value, false);
}

static bool
set_keep_rollups(struct config_reader *r, const char *value)
{
	return set_age(r, &r->out->prune.keep_rollups, value, false);
}

static bool
set_recipients_older_than(struct config_reader *r, const char *value)
{
	return set_age(r, &r->out->prune.recipients_older_than, value, false);
}

static bool
set_raw_older_than(struct config_reader *r, const char *value)
{
	return set_age(r, &r->out->prune.raw_older_than, value, false);
}

static const struct key {
	const char *section, *name;
	bool (*set)(struct config_reader *r, const char *value);
} keys[] = {
	{ "domains", "own", set_own_domains },
	{ "domains", "rua", set_rua },
	{ "domains", "ruf", set_ruf },
	{ "networks", "own", set_own_networks },
	{ "labels", "DOMAIN", NULL }, /* any; see set_key() */
	{ "data", "path", set_data_folder },
	{ "store", "path", set_store_path },
	{ "store", "keep_raw", set_keep_raw },
	{ "listen", "socket", set_socket },
	{ "listen", "socket_mode", set_socket_mode },
	{ "listen", "inet", set_inet },
	{ "listen", "group", set_group },
	{ "listen", "control", set_control },
	{ "listen", "workers", set_workers },
	{ "listen", "hostname", set_hostname },
	{ "listen", "recipients", set_recipients },
	{ "resolve", "servers", set_servers },
	{ "geo", "mmdb", set_mmdb },
	{ "authentication", "authserv_id", set_authserv_ids },
	{ "authentication", "trusted_ar_count", set_trusted_ar_count },
	{ "prune", "older_than", set_older_than },
	{ "prune", "keep_rollups", set_keep_rollups },
	{ "prune", "recipients_older_than", set_recipients_older_than },
	{ "prune", "raw_older_than", set_raw_older_than },
};

/* The keys of a section, or with NULL the sections, for an error. */
static const char *
list_known(struct arena *arena, const char *section)
{
	const char *list = NULL, *word, *last = "";
	size_t i;

	for (i = 0; i < COUNT_OF(keys); i++) {
		word = section == NULL ? keys[i].section : keys[i].name;
		if (section == NULL ? strcmp(word, last) == 0
				    : strcmp(keys[i].section, section) != 0)
			continue;
		last = word;
		list = list == NULL ? word
				    : arena_printf(arena, "%s, %s", list, word);
	}
	return list;
}

static bool
refuse_key(struct config_reader *r, const char *section, const char *name)
{
	const char *known = list_known(r->arena, section);

	if (*section == '\0')
		return error_set(r->err, ERROR_CONFIG,
		    "'%.40s' stands before the first section; known are: %s",
		    name, list_known(r->arena, NULL));
	if (known == NULL)
		return error_set(r->err, ERROR_CONFIG,
		    "unknown section '%.40s'; known are: %s", section,
		    list_known(r->arena, NULL));
	return error_set(r->err, ERROR_CONFIG,
	    "unknown key '%.40s' in [%s]; known are: %s", name, section, known);
}

bool
config_key_set(struct config_reader *r, const char *section, const char *name,
    const char *value)
{
	size_t i;

	if (strcmp(section, "labels") == 0)
		return set_label(r, name, value)
		    || error_at(r->err, "[labels]");
	for (i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(keys[i].section, section) == 0
		    && strcmp(keys[i].name, name) == 0)
			return keys[i].set(r, value)
			    || error_at(r->err, "'%s' in [%s]", name, section);
	return refuse_key(r, section, name);
}
