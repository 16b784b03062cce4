#include "cli/geo.h"

#include <sys/socket.h>

#include <err.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "cli/config.h"

struct geo {
	size_t count;
	char country[MAX_GEO_TEXT + 1], as_name[MAX_GEO_TEXT + 1];
	MMDB_s files[];
};

bool
geo_open(struct geo **out, const struct config *config, struct error *err)
{
	struct geo *geo;
	size_t i;
	int status;

	*out = NULL;
	if (config->mmdb_count == 0)
		return true;
	geo = calloc(1, sizeof(*geo) + config->mmdb_count * sizeof(MMDB_s));
	if (geo == NULL)
		errx(1, "geo: out of memory");
	*out = geo;
	for (i = 0; i < config->mmdb_count; i++) {
		status =
		    MMDB_open(config->mmdbs[i], MMDB_MODE_MMAP, &geo->files[i]);
		if (status != MMDB_SUCCESS)
			return error_set(err, ERROR_CONFIG,
			    "'mmdb' in [geo]: %s: %s", config->mmdbs[i],
			    MMDB_strerror(status));
		geo->count++;
	}
	return true;
}

void
geo_close(struct geo *geo)
{
	if (geo == NULL)
		return;
	while (geo->count > 0)
		MMDB_close(&geo->files[--geo->count]);
	free(geo);
}

void
geo_show(struct output_column columns[GEO_COUNT])
{
	columns[0].heading = "COUNTRY";
	columns[2].heading = "AS_NAME";
}

static void
put_text(struct output_value *out, char *text, MMDB_entry_s *entry,
    const char *const *path)
{
	MMDB_entry_data_s data;
	size_t len;

	if (!out->is_absent
	    || MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS
	    || !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return;
	len = data.data_size > MAX_GEO_TEXT ? MAX_GEO_TEXT : data.data_size;
	memcpy(text, data.utf8_string, len);
	text[len] = '\0';
	*out = output_text(text);
}

/* What the files before did not say. */
static void
put_entry(struct geo *geo, MMDB_entry_s *entry, struct output_value *out)
{
	static const char *const country[] = { "country", "iso_code", NULL };
	static const char *const number[] = { "autonomous_system_number",
		NULL };
	static const char *const name[] = { "autonomous_system_organization",
		NULL };
	MMDB_entry_data_s data;

	put_text(&out[0], geo->country, entry, country);
	if (out[1].is_absent
	    && MMDB_aget_value(entry, &data, number) == MMDB_SUCCESS
	    && data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
		out[1] = output_count(data.uint32);
	put_text(&out[2], geo->as_name, entry, name);
}

void
geo_put(struct geo *geo, const struct address *address,
    struct output_value out[GEO_COUNT])
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const void *socket = address->len == 5 ? (void *)&v4 : (void *)&v6;
	MMDB_lookup_result_s found;
	size_t i;
	int status;

	for (i = 0; i < GEO_COUNT; i++)
		out[i] = OUTPUT_ABSENT;
	if (geo == NULL || address->len == 0)
		return;
	memcpy(&v4.sin_addr, address->data + 1, sizeof(v4.sin_addr));
	if (address->len == ADDRESS_MAX)
		memcpy(&v6.sin6_addr, address->data + 1, sizeof(v6.sin6_addr));
	for (i = 0; i < geo->count; i++) {
		found = MMDB_lookup_sockaddr(&geo->files[i], socket, &status);
		if (status == MMDB_SUCCESS && found.found_entry)
			put_entry(geo, &found.entry, out);
	}
}
