#include "ingest/unpack_document.h"

#include <archive.h>
#include <archive_entry.h>
#include <err.h>

#include "base/limits.h"

/* One under way, and what is said when something is wrong with it. */
struct source {
	struct archive *archive;
	size_t depth;
	bool has_end; /* of the directory, where there is one */
	const char *corrupt, *empty;
};

static void
set_corrupt(const struct source *in, struct error *trouble)
{
	error_input(trouble, in->corrupt, "the archive's directory is broken");
}

static void
unpack_member(struct budget *budget, const struct source *in, const char *name)
{
	struct document doc = {
		.budget = budget, .depth = in->depth, .name = name
	};
	const void *data;
	size_t len;
	int64_t offset;
	int status;

	for (;;) {
		status =
		    archive_read_data_block(in->archive, &data, &len, &offset);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK) {
			unpack_set_trouble(
			    &doc, in->corrupt, "the archive's data is broken");
			break;
		}
		if (len > 0 && !unpack_take(&doc, (struct bytes) { data, len }))
			break;
	}
	if (!in->has_end)
		unpack_set_trouble(
		    &doc, "zip-truncated", "the zip's directory is cut off");
	unpack_end(&doc);
}

static void
take_member(
    struct budget *budget, const struct source *in, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	struct error trouble;

	if (name == NULL)
		name = "";
	if (archive_entry_is_encrypted(entry)) {
		error_input(&trouble, "zip-encrypted",
		    "the zip is encrypted and nobody has the password");
		unpack_give_up(budget, name, &trouble);
	} else {
		unpack_member(budget, in, name);
	}
}

/* Streamed entries have no type; folders have names that end in a slash. */
static bool
is_folder(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	size_t len = name == NULL ? 0 : strlen(name);

	return archive_entry_filetype(entry) == AE_IFDIR
	    || (len > 0 && name[len - 1] == '/');
}

/* Returns how many members there were, folders not counted. */
static size_t
unpack_members(struct budget *budget, const struct source *in, const char *name)
{
	struct archive_entry *entry;
	struct error trouble;
	size_t count = 0;
	int status;

	for (;;) {
		status = archive_read_next_header(in->archive, &entry);
		if (status == ARCHIVE_EOF)
			return count;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			set_corrupt(in, &trouble);
			break;
		}
		if (is_folder(entry))
			continue;
		if (++budget->members > MAX_MEMBERS) {
			error_limit(&trouble, "limit-members",
			    "more than %d files in one archive", MAX_MEMBERS);
			break;
		}
		count++;
		take_member(budget, in, entry);
		if (*budget->shared > MAX_UNPACKED)
			return count;
	}
	unpack_give_up(budget, name, &trouble);
	return count + 1;
}

/* The last record of a zip, which a comment of up to 64 kB may follow.  Without it
 * libarchive goes by the headers of the members. */
static bool
has_directory_end(struct bytes packed)
{
	size_t len = 22, max = len + 0xffff;

	for (; len <= packed.len && len <= max; len++)
		if (bytes_start(bytes_skip(packed, packed.len - len),
			bytes_of("PK\x05\x06")))
			return true;
	return false;
}

void
unpack_archive(
    struct budget *budget, size_t depth, struct bytes packed, const char *name)
{
	struct source in = { archive_read_new(), depth,
		has_directory_end(packed), "zip-corrupt", "zip-empty" };
	struct error trouble;

	if (in.archive == NULL)
		errx(1, "archive: out of memory");
	if (unpack_is_zip(packed)) {
		archive_read_support_format_zip(in.archive);
	} else {
		archive_read_support_format_tar(in.archive);
		in.has_end = true;
		in.corrupt = "tar-corrupt";
		in.empty = "tar-empty";
	}
	if (archive_read_open_memory(in.archive, packed.data, packed.len)
	    != ARCHIVE_OK) {
		set_corrupt(&in, &trouble);
		unpack_give_up(budget, name, &trouble);
	} else if (unpack_members(budget, &in, name) == 0) {
		error_input(
		    &trouble, in.empty, "there is no file in the archive");
		unpack_give_up(budget, name, &trouble);
	}
	archive_read_free(in.archive);
}
