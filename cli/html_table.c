#include "cli/html_table.h"

#include <inttypes.h>

#include "cli/html_chart.h"
#include "cli/html_text.h"

void
html_table_begin(FILE *out, const char *caption,
    const struct html_column *columns, size_t count)
{
	size_t i;

	/* What is wider than the screen can be moved, by keys as well. */
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	      "aria-label=\"",
	    out);
	html_text(out, caption);
	fputs("\"><table class=\"sort\">\n<caption>", out);
	html_text(out, caption);
	fputs("</caption>\n<thead><tr>", out);
	for (i = 0; i < count; i++) {
		fprintf(out, "<th scope=\"col\"%s%s>",
		    columns[i].is_number ? " class=\"n\"" : "",
		    columns[i].is_plain ? " data-plain" : "");
		html_text(out, columns[i].heading);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

void
html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void
html_row_begin(FILE *out)
{
	fputs("<tr>", out);
}

void
html_row_end(FILE *out)
{
	fputs("</tr>\n", out);
}

static void
print_cell(FILE *out, const char *open, const char *text, const char *close)
{
	fputs(open, out);
	if (text == NULL || *text == '\0')
		fputs("<span class=\"soft\">none</span>", out);
	else
		html_text(out, text);
	fputs(close, out);
}

void
html_cell_name(FILE *out, const char *text)
{
	print_cell(out, "<th scope=\"row\">", text, "</th>");
}

void
html_cell_text(FILE *out, const char *text)
{
	print_cell(out, "<td>", text, "</td>");
}

void
html_cell_sentence(FILE *out, const char *text)
{
	print_cell(out, "<td class=\"long\">", text, "</td>");
}

void
html_cell_count(FILE *out, int64_t count)
{
	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">", count);
	html_count(out, count);
	fputs("</td>", out);
}

void
html_cell_share(FILE *out, int64_t part, int64_t whole)
{
	fprintf(out, "<td class=\"n\" data-v=\"%.6f\">",
	    whole > 0 ? (double)part / (double)whole : -1);
	html_share(out, part, whole);
	fputs("</td>", out);
}

void
html_cell_day(FILE *out, int64_t time)
{
	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">", time);
	html_day(out, time);
	fputs("</td>", out);
}

void
html_cell_bar(FILE *out, int64_t good, int64_t bad, int64_t whole)
{
	fputs("<td>", out);
	chart_bar(out, good, bad, whole);
	fputs("</td>", out);
}
