#include "cli/html_page.h"

#include <string.h>

#include "base/digest.h"
#include "cli/html_part.h"
#include "cli/html_table.h"
#include "cli/html_text.h"

/* --- the frame --- */

/* What is in the page itself, and nothing else, may be used. */
static void
print_policy(FILE *out)
{
	const struct digest css = digest_of(bytes_of(html_page_css));
	const struct digest js = digest_of(bytes_of(html_page_js));
	char css_text[DIGEST_BASE64], js_text[DIGEST_BASE64];

	digest_base64(&css, css_text);
	digest_base64(&js, js_text);
	fprintf(out,
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'sha256-%s'; "
	    "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
	    css_text, js_text);
}

void
html_page_begin(FILE *out, const struct html_page *page)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n",
	    out);
	print_policy(out);
	fputs("<meta name=\"viewport\" "
	      "content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
	    out);
	html_text(out, page->title);
	fprintf(out,
	    "</title>\n<style>%s</style>\n</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#content\">To the content</a>\n"
	    "<header><h1>",
	    html_page_css);
	html_text(out, page->title);
	fputs("</h1>\n<p class=\"soft\">", out);
	html_text(out, page->period);
	fputs(". Days are those of UTC.</p>\n", out);
	if (page->home != NULL) {
		fputs("<nav aria-label=\"Pages\"><ul><li><a href=\"", out);
		html_text(out, page->home);
		fputs("\">All domains</a></li></ul></nav>\n", out);
	}
	fputs("</header>\n<main id=\"content\">\n", out);
}

static void
print_left_out(FILE *out, const struct store_doubts *doubts)
{
	if (doubts->failed > 0) {
		fputs("<p>", out);
		html_count(out, doubts->failed);
		fputs(" reports are left out, because they are forged or not "
		      "authentic: <code>reports list --verified "
		      "failed</code>.</p>\n",
		    out);
	}
	if (doubts->suspicious > 0) {
		fputs("<p>", out);
		html_count(out, doubts->suspicious);
		fputs(" reports are suspicious: <code>reports list --verified "
		      "suspicious</code>.</p>\n",
		    out);
	}
}

void
html_page_end(
    FILE *out, const struct html_page *page, const struct html_data *data)
{
	fputs("</main>\n<footer>\n", out);
	print_left_out(out, &data->doubts);
	fputs("<p>Made on ", out);
	html_day(out, page->now);
	fprintf(out,
	    " by reports %s. Numbers are what reporters wrote; receivers who "
	    "send no reports are not in them.</p>\n</footer>\n"
	    "<script>%s</script>\n</body>\n</html>\n",
	    REPORTS_VERSION, html_page_js);
}

/* --- facts --- */

static void
print_fact(FILE *out, const char *term)
{
	fputs("<div><dt>", out);
	html_text(out, term);
	fputs("</dt><dd>", out);
}

static void
end_fact(FILE *out, const char *note)
{
	fprintf(out, "%s</dd></div>\n", note);
}

static void
print_failed(FILE *out, const struct store_dmarc_total *total)
{
	print_fact(out, "Failed");
	html_count(out, total->failed);
	fputs("<small>", out);
	html_count(out, total->delivered);
	fputs(" delivered, ", out);
	html_count(out, total->quarantined);
	fputs(" quarantined, ", out);
	html_count(out, total->rejected);
	end_fact(out, " rejected</small>");
}

static void
print_reports(FILE *out, const struct html_domain *domain)
{
	const struct html_row *row = domain->lists[HTML_REPORTERS].first;
	const struct store_reporter_total *total;
	int64_t reports = 0, reporters = 0;

	for (; row != NULL; row = row->next) {
		total = row->row;
		html_add(&reports, total->dmarc_reports);
		html_add(&reports, total->tls_reports);
		reporters++;
	}
	print_fact(out, "Reports");
	html_count(out, reports);
	fputs("<small>from ", out);
	html_count(out, reporters);
	end_fact(
	    out, reporters == 1 ? " reporter</small>" : " reporters</small>");
}

static void
print_tls_fact(FILE *out, const struct html_tls *tls)
{
	int64_t sum = tls->successful;

	html_add(&sum, tls->failed);
	print_fact(out,
	    strcmp(tls->policy_type, "sts") == 0        ? "TLS by MTA-STS"
		: strcmp(tls->policy_type, "tlsa") == 0 ? "TLS by DANE"
							: "TLS without policy");
	html_share(out, tls->successful, sum);
	fputs("<small>", out);
	html_count(out, tls->failed);
	fputs(" of ", out);
	html_count(out, sum);
	end_fact(out, " sessions failed</small>");
}

static void
print_facts(FILE *out, const struct html_domain *domain)
{
	const struct store_dmarc_total *total = &domain->total;
	const struct html_tls *tls;

	fputs("<dl class=\"facts\">\n", out);
	if (total->reports > 0) {
		print_fact(out, "Messages");
		html_count(out, total->messages);
		end_fact(out, "");
		print_fact(out, "Pass DMARC");
		html_share(out, total->passed, total->messages);
		end_fact(out, "<small>by DKIM or SPF</small>");
		print_failed(out, total);
	}
	for (tls = domain->tls; tls != NULL; tls = tls->next)
		print_tls_fact(out, tls);
	print_reports(out, domain);
	fputs("</dl>\n", out);
}

/* --- reporters --- */

static void
print_reporters(FILE *out, const struct html_domain *domain)
{
	static const struct html_column columns[] = {
		{ .heading = "Reporter" },
		{ .heading = "DMARC reports", .is_number = true },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Pass rate", .is_number = true },
		{ .heading = "TLS reports", .is_number = true },
		{ .heading = "Last report", .is_number = true },
	};
	const struct html_row *row = domain->lists[HTML_REPORTERS].first;
	const struct store_reporter_total *total;

	html_table_begin(
	    out, "Who reports", columns, sizeof(columns) / sizeof(*columns));
	for (; row != NULL; row = row->next) {
		total = row->row;
		html_row_begin(out);
		html_cell_name(out, total->org_name);
		html_cell_count(out, total->dmarc_reports);
		html_cell_count(out, total->messages);
		html_cell_share(out, total->passed, total->messages);
		html_cell_count(out, total->tls_reports);
		html_cell_day(out, total->last_day);
		html_row_end(out);
	}
	html_table_end(out);
}

/* --- all domains --- */

static void
print_link(FILE *out, const struct html_domain *domain, const char *href)
{
	fputs("<th scope=\"row\">", out);
	if (href != NULL) {
		fputs("<a href=\"", out);
		html_text(out, href);
		fputs("\">", out);
	}
	html_text(out, *domain->name == '\0' ? "(no domain)" : domain->name);
	fputs(href != NULL ? "</a></th>" : "</th>", out);
}

static void
print_domain_row(FILE *out, const struct html_domain *domain, const char *href)
{
	const struct store_dmarc_total *total = &domain->total;
	const struct html_tls *tls;
	int64_t failed = 0;

	/* The same session may have failed under another type as well. */
	for (tls = domain->tls; tls != NULL; tls = tls->next)
		if (tls->failed > failed)
			failed = tls->failed;
	html_row_begin(out);
	print_link(out, domain, href);
	html_cell_count(out, total->messages);
	html_cell_share(out, total->passed, total->messages);
	html_cell_count(out, total->failed);
	html_cell_count(out, total->delivered);
	html_cell_bar(out, total->passed, total->failed, total->messages);
	html_cell_count(out, failed);
	html_row_end(out);
}

static void
print_domains(FILE *out, const struct html_data *data, size_t shown,
    const char *(*href)(void *context, const struct html_domain *domain),
    void *context)
{
	static const struct html_column columns[] = {
		{ .heading = "Domain" },
		{ .heading = "Messages", .is_number = true },
		{ .heading = "Pass rate", .is_number = true },
		{ .heading = "Failed", .is_number = true },
		{ .heading = "Failed, delivered", .is_number = true },
		{ .heading = "Passed and failed", .is_plain = true },
		{ .heading = "Failed TLS sessions", .is_number = true },
	};
	const struct html_domain *domain;
	char part[32];
	size_t i;

	fputs("<h2 id=\"domains\">Domains</h2>\n", out);
	html_table_begin(out, "The domains that reports are about", columns,
	    sizeof(columns) / sizeof(*columns));
	for (i = 0; i < data->domain_count; i++) {
		domain = data->ranked[i];
		snprintf(part, sizeof(part), "#%s", domain->id);
		print_domain_row(out, domain,
		    href != NULL    ? href(context, domain)
			: i < shown ? part
				    : NULL);
	}
	html_table_end(out);
	if (href == NULL && shown < data->domain_count)
		fprintf(out,
		    "<p class=\"soft\">The %zu with most messages follow. "
		    "<code>reports html --output FOLDER/</code> gives each a "
		    "page of its own.</p>\n",
		    shown);
}

void
html_page_all(FILE *out, const struct html_data *data, size_t shown,
    const char *(*href)(void *context, const struct html_domain *domain),
    void *context)
{
	const struct html_domain *all = &data->all;

	print_facts(out, all);
	if (all->total.reports > 0)
		html_mail_days(out, data, all);
	print_domains(out, data, shown, href, context);
	if (all->total.reports > 0) {
		fputs("<h2>Failures</h2>\n", out);
		html_all_failures(out, data);
		fputs("<h2>Addresses</h2>\n", out);
		html_all_sources(out, data);
	}
	if (all->tls != NULL) {
		fputs("<h2>Mail to these domains: TLS</h2>\n", out);
		html_tls_days(out, data, all);
		html_all_tls_failures(out, data);
	}
	fputs("<h2>Reporters</h2>\n", out);
	print_reporters(out, all);
}

/* --- one domain --- */

static void
print_heading(FILE *out, int level, const char *text)
{
	fprintf(out, "<h%d>%s</h%d>\n", level, text, level);
}

static void
print_mail(FILE *out, const struct html_data *data,
    const struct html_domain *domain, int level)
{
	html_mail_days(out, data, domain);
	print_heading(out, level, "Senders");
	html_senders(out, data, domain);
	print_heading(out, level, "Addresses");
	html_mail_sources(out, domain);
	print_heading(out, level, "Failures");
	html_mail_failures(out, domain);
	if (html_has_lists(domain)) {
		print_heading(
		    out, level, "Mailing lists, and whom reports expose");
		html_lists(out, domain);
	}
	print_heading(out, level, "Policies");
	html_mail_policies(out, domain);
}

void
html_page_domain(FILE *out, const struct html_data *data,
    const struct html_domain *domain, int level)
{
	print_facts(out, domain);
	if (domain->total.reports > 0)
		print_mail(out, data, domain, level);
	if (domain->tls != NULL) {
		print_heading(out, level, "TLS");
		html_tls_days(out, data, domain);
		html_tls_failures(out, domain);
	}
	print_heading(out, level, "Reporters");
	print_reporters(out, domain);
}
