/* reports html: what was reported, as pages for a browser. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/html_page.h"
#include "cli/html_text.h"
#include "cli/question.h"

/* Of which a page that holds everything shows more than a line. */
#define MAX_DOMAINS 100
/* A name with its ending has to stay below 255. */
#define MAX_NAME 200

struct job {
	const struct html_data *data;
	struct arena *arena;
	const char *period;
	const char *folder; /* NULL for one page */
	int64_t now;
};

/* --- files --- */

/*
 * The file for a domain.  The domain comes from a report: what is no letter,
 * digit, dot, hyphen or underscore is written as a number, and nothing of it
 * can be a path, a hidden file or the index.
 */
static const char *
choose_name(struct arena *arena, const char *domain)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	char *name = arena_alloc(arena, strlen(domain) + 1, 3), *at = name;
	const char *c;

	for (c = domain; *c != '\0'; c++)
		if (strchr(plain, *c) != NULL
		    && (c != domain
			|| (*c != '.' && strcmp(domain, "index") != 0)))
			*at++ = *c;
		else
			at += sprintf(at, "_%02x", (unsigned char)*c);
	*at = '\0';
	if (*name == '\0')
		return "_.html";
	if (at - name > MAX_NAME) {
		const struct digest digest = digest_of(bytes_of(domain));
		size_t i;

		for (at = name, i = 0; i < sizeof(digest.data); i++)
			at += sprintf(at, "%02x", digest.data[i]);
	}
	return arena_printf(arena, "%s.html", name);
}

/* A page replaces the one before it when it is whole. */
static bool
write_file(struct job *job, const char *path,
    void (*print)(FILE *out, struct job *job, const struct html_domain *domain),
    const struct html_domain *domain, struct error *err)
{
	const char *half = arena_printf(job->arena, "%s.new", path);
	FILE *out;
	bool ok;

	if (!file_may_replace(path, err))
		return false;
	out = fopen(half, "we");
	if (out == NULL)
		return error_errno(err, "write", half);
	print(out, job, domain);
	ok = output_flush(out, err);
	if (fclose(out) != 0 && ok)
		ok = error_errno(err, "write", half);
	if (ok && rename(half, path) != 0)
		ok = error_errno(err, "write", path);
	if (!ok)
		unlink(half);
	return ok;
}

/* --- one page --- */

static void
print_heading(FILE *out, const struct html_domain *domain)
{
	fprintf(out, "<h2 id=\"%s\">", domain->id);
	html_text(out, *domain->name == '\0' ? "(no domain)" : domain->name);
	fputs("</h2>\n", out);
}

static void
print_whole(FILE *out, struct job *job, const struct html_domain *domain)
{
	const struct html_data *data = job->data;
	const struct html_page page = { .title = data->domain_count == 1
		    ? arena_printf(
			job->arena, "Reports about %s", data->domains[0].name)
		    : "DMARC and TLS reports",
		.period = job->period,
		.now = job->now };
	size_t i,
	    shown = data->domain_count < MAX_DOMAINS ? data->domain_count
						     : MAX_DOMAINS;

	(void)domain;
	html_page_begin(out, &page);
	if (data->domain_count == 1)
		html_page_domain(out, data, data->ranked[0], 2);
	else if (data->domain_count == 0)
		fputs("<p>There are no reports.</p>\n", out);
	else
		html_page_all(out, data, shown, NULL, NULL);
	for (i = 0; data->domain_count > 1 && i < shown; i++) {
		print_heading(out, data->ranked[i]);
		html_page_domain(out, data, data->ranked[i], 3);
	}
	html_page_end(out, &page, data);
}

/* --- a folder --- */

static const char *
link_page(void *context, const struct html_domain *domain)
{
	struct job *job = context;

	return choose_name(job->arena, domain->name);
}

static void
print_index(FILE *out, struct job *job, const struct html_domain *domain)
{
	const struct html_page page = { .title = "DMARC and TLS reports",
		.period = job->period,
		.now = job->now };

	(void)domain;
	html_page_begin(out, &page);
	if (job->data->domain_count == 0)
		fputs("<p>There are no reports.</p>\n", out);
	else
		html_page_all(out, job->data, 0, link_page, job);
	html_page_end(out, &page, job->data);
}

static void
print_one(FILE *out, struct job *job, const struct html_domain *domain)
{
	const struct html_page page = { .title = arena_printf(job->arena,
					    "Reports about %s", domain->name),
		.period = job->period,
		.home = "index.html",
		.now = job->now };

	html_page_begin(out, &page);
	html_page_domain(out, job->data, domain, 2);
	html_page_end(out, &page, job->data);
}

static bool
write_folder(struct job *job, struct error *err)
{
	const struct html_data *data = job->data;
	struct arena arena = { 0 }, *all = job->arena;
	const char *path;
	bool ok = true;
	size_t i;

	if (mkdir(job->folder, 0777) != 0 && errno != EEXIST)
		return error_errno(err, "make", job->folder);
	for (i = 0; i < data->domain_count && ok; i++) {
		/* What one page needs goes with it. */
		job->arena = &arena;
		path = arena_printf(&arena, "%s/%s", job->folder,
		    choose_name(&arena, data->domains[i].name));
		ok = write_file(job, path, print_one, &data->domains[i], err);
		arena_release(&arena);
	}
	job->arena = all;
	/* Last, so that its links lead somewhere. */
	return ok
	    && write_file(job, arena_printf(all, "%s/index.html", job->folder),
		print_index, NULL, err);
}

/* --- the command --- */

static bool
is_folder(const char *path)
{
	struct stat status;
	size_t len = strlen(path);

	return (len > 0 && path[len - 1] == '/')
	    || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

static bool
check(const struct context *context, struct error *err)
{
	return context->options->output != NULL
	    || error_set(err, ERROR_USAGE,
		"where to? --output FILE, --output FOLDER/ or --output -");
}

static bool
write_pages(struct job *job, const char *output, struct error *err)
{
	if (strcmp(output, "-") == 0) {
		print_whole(stdout, job, NULL);
		return true;
	}
	if (is_folder(output)) {
		job->folder = output;
		return write_folder(job, err);
	}
	return write_file(job, output, print_whole, NULL, err);
}

static bool
run(struct context *context, int argc, char **argv, struct error *err)
{
	struct analysed analysed = { 0 };
	struct question question;
	struct html_data data;
	struct job job = { .data = &data,
		.arena = context->arena,
		.now = (int64_t)time(NULL) };
	bool ok;

	(void)argc;
	(void)argv;
	if (!question_open(&question, context, err)
	    || !html_gather(&data, &question, context, err))
		return false;
	job.period = arena_printf(context->arena, "DMARC and TLS %s",
	    question_words(context->arena, &question, context));
	ok = (question.report_count == 0
		 || html_analyse(&data, &analysed, context, err))
	    && write_pages(&job, context->options->output, err);
	analysed_release(&analysed);
	return ok;
}

const struct command command_html = {
	.name = "html",
	.usage = "",
	.summary = "pages for a browser, with charts",
	.takes = TAKES_PERIOD | TAKES(OPTION_DOMAIN) | TAKES(OPTION_VERIFIED)
	    | TAKES(OPTION_OUTPUT),
	.store = COMMAND_READ,
	.check = check,
	.run = run,
};
