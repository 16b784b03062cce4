/*
 * The parts of a page.  Mail is what others saw of ours (cli/html_mail.c), TLS
 * what they saw of our servers (cli/html_tls.c), and senders and lists are what
 * the analysis makes of it (cli/html_senders.c).
 */
#ifndef CLI_HTML_PART_H
#define CLI_HTML_PART_H

#include <stdio.h>

#include "cli/html_chart.h"
#include "cli/html_data.h"

struct arena;

/* The columns of charts: days, or where these are too many, weeks or four
 * weeks. */
struct html_steps {
	size_t count;
	const int64_t *times; /* the first second of each */
	const char *per;      /* "day", "week", "four weeks" */
	int64_t seconds;      /* of one */
};
void html_steps_make(
    struct html_steps *out, const struct html_data *data, struct arena *arena);
/* The step that a day is in, which is within the data's days. */
size_t html_step(const struct html_steps *steps, int64_t day);

int64_t *html_zeros(struct arena *arena, size_t count);
/* Stops at the largest. */
void html_add(int64_t *to, int64_t count);

void html_mail_days(
    FILE *out, const struct html_data *data, const struct html_domain *domain);
void html_mail_failures(FILE *out, const struct html_domain *domain);
void html_mail_sources(FILE *out, const struct html_domain *domain);
void html_mail_policies(FILE *out, const struct html_domain *domain);

void html_senders(
    FILE *out, const struct html_data *data, const struct html_domain *domain);
/* Whether there is a list, or perhaps one. */
bool html_has_lists(const struct html_domain *domain);
void html_lists(FILE *out, const struct html_domain *domain);

void html_tls_days(
    FILE *out, const struct html_data *data, const struct html_domain *domain);
void html_tls_failures(FILE *out, const struct html_domain *domain);

/* Over all domains (cli/html_all.c): the largest, each with its domain. */
void html_all_sources(FILE *out, const struct html_data *data);
void html_all_failures(FILE *out, const struct html_data *data);
void html_all_tls_failures(FILE *out, const struct html_data *data);

#endif
