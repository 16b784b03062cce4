#include "ingest/source.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"

#define LINE_START 64 /* of a line, enough to see what it is */

struct walk {
	const struct source_visitor *visitor; /* NULL when only counting */
	struct error *err;
	struct buffer buffer; /* the file, or the message of an mbox */
	size_t file_count;
	bool stopped; /* by the visitor: err is what it said */
};

static bool
give(struct walk *walk, const char *name, struct bytes bytes)
{
	const struct source_visitor *visitor = walk->visitor;

	walk->stopped =
	    !visitor->input(visitor->context, name, bytes, walk->err);
	return !walk->stopped;
}

/* Passes on the error that stands in the walk, which then goes on. */
static void
pass_over(struct walk *walk)
{
	if (walk->visitor != NULL)
		walk->visitor->unreadable(walk->visitor->context, walk->err);
}

static void
pass_over_large(struct walk *walk, const char *name)
{
	error_limit(walk->err, "limit-file", "'%.200s' is larger than %zu MB",
	    name, walk->buffer.max / (1024 * 1024));
	pass_over(walk);
}

/* --- a file, in pieces --- */

struct stream {
	int fd;
	const char *name;
	char data[65536];
	size_t len; /* nothing at the end of the file */
};

static bool
fill(struct stream *in, struct error *err)
{
	ssize_t len;

	do {
		len = read(
		    in->fd, in->data + in->len, sizeof(in->data) - in->len);
	} while (len == -1 && errno == EINTR);
	if (len == -1)
		return error_errno(err, "read", in->name);
	in->len += (size_t)len;
	return true;
}

static bool
fill_again(struct stream *in, struct error *err)
{
	in->len = 0;
	return fill(in, err);
}

/* Until there are that many bytes, or the end: a pipe may give single ones. */
static bool
fill_up_to(struct stream *in, size_t len, struct error *err)
{
	size_t before;

	do {
		before = in->len;
		if (!fill(in, err))
			return false;
	} while (in->len < len && in->len > before);
	return true;
}

static bool
read_whole(struct walk *walk, struct stream *in)
{
	walk->buffer.max = MAX_FILE;
	while (in->len > 0) {
		if (!buffer_add(
			&walk->buffer, (struct bytes) { in->data, in->len })) {
			pass_over_large(walk, in->name);
			return true;
		}
		if (!fill_again(in, walk->err))
			return false;
	}
	return give(walk, in->name, buffer_bytes(&walk->buffer));
}

/* --- an mbox --- */

struct mbox {
	struct walk *walk;
	const char *name;
	struct buffer *message; /* its last line may not be whole yet */
	size_t line;            /* where that one begins */
	size_t number;          /* of the message, from 1 */
	bool blank;             /* the line before was empty */
	bool too_large;
};

static struct bytes
last_line(const struct mbox *mbox)
{
	return bytes_skip(buffer_bytes(mbox->message), mbox->line);
}

/* How long the line end is that bytes end in: CR LF, LF, or none. */
static size_t
measure_line_end(struct bytes bytes)
{
	if (bytes.len == 0 || bytes.data[bytes.len - 1] != '\n')
		return 0;
	return bytes.len > 1 && bytes.data[bytes.len - 2] == '\r' ? 2 : 1;
}

static bool
is_blank(struct bytes line)
{
	return line.len > 0 && measure_line_end(line) == line.len;
}

/* Hands out the message, without the blank line that separates it. */
static bool
end_message(struct mbox *mbox)
{
	char name[PATH_MAX + 40];
	struct bytes bytes = buffer_bytes(mbox->message);
	bool ok = true;

	snprintf(
	    name, sizeof(name), "%s: message %zu", mbox->name, mbox->number);
	if (mbox->blank)
		bytes.len -= measure_line_end(bytes);
	if (mbox->too_large)
		pass_over_large(mbox->walk, name);
	else if (mbox->number > 0)
		ok = give(mbox->walk, name, bytes);
	buffer_clear(mbox->message);
	mbox->line = 0;
	mbox->number++;
	mbox->blank = mbox->too_large = false;
	return ok;
}

/* Takes one mark off a line that was >From, or >>From, and so on. */
static void
unquote_line(struct mbox *mbox)
{
	struct bytes line = last_line(mbox), rest = line;

	while (rest.len > 0 && rest.data[0] == '>')
		rest = bytes_skip(rest, 1);
	if (rest.len == line.len || !bytes_start(rest, bytes_of("From ")))
		return;
	memmove(mbox->message->data + mbox->line,
	    mbox->message->data + mbox->line + 1, line.len - 1);
	mbox->message->len--;
}

static bool
end_line(struct mbox *mbox)
{
	if (mbox->blank && bytes_start(last_line(mbox), bytes_of("From "))) {
		mbox->message->len = mbox->line;
		return end_message(mbox);
	}
	unquote_line(mbox);
	mbox->blank = is_blank(last_line(mbox));
	mbox->line = mbox->message->len;
	return true;
}

/* Of a message that is too large only the line at hand is kept, and of that
 * as much as it takes to know it by. */
static void
add_part(struct mbox *mbox, struct bytes part)
{
	struct bytes line = last_line(mbox);

	if (buffer_add(mbox->message, part))
		return;
	mbox->too_large = true;
	if (line.len > LINE_START)
		line.len = LINE_START;
	memmove(mbox->message->data, line.data, line.len);
	mbox->message->len = line.len;
	mbox->line = 0;
	if (!buffer_add(mbox->message, part))
		return; /* never: the room is larger than any part */
}

static bool
add_lines(struct mbox *mbox, struct bytes bytes)
{
	const char *end;
	size_t len;

	while (bytes.len > 0) {
		end = memchr(bytes.data, '\n', bytes.len);
		len = end == NULL ? bytes.len : (size_t)(end - bytes.data) + 1;
		add_part(mbox, (struct bytes) { bytes.data, len });
		if (end != NULL && !end_line(mbox))
			return false;
		bytes = bytes_skip(bytes, len);
	}
	return true;
}

static bool
read_mbox(struct walk *walk, struct stream *in)
{
	/* As if a message had just ended, of which nobody wants to know. */
	struct mbox mbox = {
		.walk = walk,
		.name = in->name,
		.message = &walk->buffer,
		.blank = true,
	};

	walk->buffer.max = MAX_MESSAGE;
	while (in->len > 0)
		if (!add_lines(&mbox, (struct bytes) { in->data, in->len })
		    || !fill_again(in, walk->err))
			return false;
	return (mbox.message->len == mbox.line || end_line(&mbox))
	    && end_message(&mbox);
}

/* --- paths --- */

static bool
read_stream(struct walk *walk, int fd, const char *name)
{
	struct stream in; /* but for its data */
	struct bytes mark = bytes_of("From ");

	in.fd = fd;
	in.name = name;
	in.len = 0;
	buffer_clear(&walk->buffer);
	if (!fill_up_to(&in, mark.len, walk->err))
		return false;
	if (bytes_start((struct bytes) { in.data, in.len }, mark))
		return read_mbox(walk, &in);
	return read_whole(walk, &in);
}

static bool
read_file(struct walk *walk, const char *path, int flags)
{
	bool ok;
	int fd;

	walk->file_count++;
	if (walk->visitor == NULL)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	if (fd == -1)
		return error_errno(walk->err, "open", path);
	ok = read_stream(walk, fd, path);
	close(fd);
	return ok;
}

static bool
make_path(char out[PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	errno = ENAMETOOLONG;
	return len >= 0 && len < PATH_MAX;
}

static bool
has_folder(const char *path, const char *name)
{
	char below[PATH_MAX];
	struct stat st;

	return make_path(below, path, name) && lstat(below, &st) == 0
	    && S_ISDIR(st.st_mode);
}

static bool
is_maildir(const char *path)
{
	return has_folder(path, "cur") && has_folder(path, "new")
	    && has_folder(path, "tmp");
}

struct folder {
	const char *path;
	bool maildir;
	size_t depth;
};

static bool walk_folder(struct walk *walk, const char *path, size_t depth);

static bool
walk_name(struct walk *walk, const struct folder *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (!make_path(path, folder->path, name) || lstat(path, &st) != 0)
		return error_errno(walk->err, "read", path);
	if (S_ISREG(st.st_mode) && !folder->maildir)
		return read_file(walk, path, O_NOFOLLOW);
	if (S_ISDIR(st.st_mode)
	    && !(folder->maildir && strcmp(name, "tmp") == 0))
		return walk_folder(walk, path, folder->depth + 1);
	return true;
}

/* Not alphasort(), whose order depends on the language. */
static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0
	    && strcmp(entry->d_name, "..") != 0;
}

static bool
walk_folder(struct walk *walk, const char *path, size_t depth)
{
	struct folder folder = { path, is_maildir(path), depth };
	struct dirent **names;
	int count, i;

	if (depth > MAX_FOLDER_DEPTH)
		return error_limit(walk->err, "limit-folders",
		    "'%.200s' is more than %d folders deep", path,
		    MAX_FOLDER_DEPTH);
	count = scandir(path, &names, is_name, compare_names);
	if (count < 0)
		return error_errno(walk->err, "read folder", path);
	for (i = 0; i < count; i++) {
		if (!walk->stopped
		    && !walk_name(walk, &folder, names[i]->d_name)
		    && !walk->stopped)
			pass_over(walk);
		free(names[i]);
	}
	free(names);
	return !walk->stopped;
}

static bool
walk_path(struct walk *walk, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0 && walk->visitor != NULL)
		return read_stream(walk, STDIN_FILENO, "standard input");
	if (strcmp(path, "-") == 0) {
		walk->file_count++;
		return true;
	}
	if (stat(path, &st) != 0)
		return error_errno(walk->err, "open", path);
	return S_ISDIR(st.st_mode) ? walk_folder(walk, path, 1)
				   : read_file(walk, path, 0);
}

bool
source_walk(
    const char *path, const struct source_visitor *visitor, struct error *err)
{
	struct walk walk = { .visitor = visitor, .err = err };
	bool ok = walk_path(&walk, path);

	buffer_release(&walk.buffer);
	return ok;
}

size_t
source_count(const char *path)
{
	struct error err;
	struct walk walk = { .err = &err };

	return walk_path(&walk, path) ? walk.file_count : 0;
}
