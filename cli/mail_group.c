#include "cli/mail_group.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

static int64_t
add_capped(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* The texts of a key, in the group's memory, which is used again and again:
 * there may be millions of groups. */
static void
copy_texts(struct mail_group *group, const struct store_mail *mail)
{
	const char **const texts[] = { &group->key.domain, &group->key.org_name,
		&group->key.email_domain, &group->key.header_from,
		&group->key.envelope_from, &group->key.reasons };
	const char *const from[] = { mail->domain, mail->org_name,
		mail->email_domain, mail->header_from, mail->envelope_from,
		mail->reasons };
	size_t i, len, size = 0;
	char *to;

	for (i = 0; i < COUNT_OF(from); i++)
		size += strlen(from[i]) + 1;
	if (size > group->size) {
		group->size = size * 2;
		group->texts = realloc(group->texts, group->size);
		if (group->texts == NULL)
			err(1, "mail");
	}
	to = group->texts;
	for (i = 0; i < COUNT_OF(from); i++) {
		len = strlen(from[i]) + 1;
		*texts[i] = memcpy(to, from[i], len);
		to += len;
	}
}

void
mail_group_begin(struct mail_group *group, const struct store_mail *mail)
{
	*group = (struct mail_group) { .key = *mail,
		.first = mail->first,
		.texts = group->texts,
		.size = group->size };
	copy_texts(group, mail);
}

void
mail_group_release(struct mail_group *group)
{
	free(group->texts);
}

static int64_t *
find_disposition(struct mail_group *group, enum dmarc_disposition disposition)
{
	switch (disposition) {
	case DMARC_DISPOSITION_NONE:
	case DMARC_DISPOSITION_PASS:
		return &group->delivered;
	case DMARC_DISPOSITION_QUARANTINE:
		return &group->quarantined;
	case DMARC_DISPOSITION_REJECT:
		return &group->rejected;
	case DMARC_DISPOSITION_OTHER:
		break;
	}
	return &group->unknown;
}

void
mail_group_add(struct mail_group *group, const struct store_mail *mail)
{
	int64_t *dkim = &group->dkim[outcome_dkim(mail->outcome)];
	int64_t *spf = &group->spf[outcome_spf(mail->outcome)];
	int64_t *disposition =
	    find_disposition(group, outcome_disposition(mail->outcome));

	*dkim = add_capped(*dkim, mail->messages);
	*spf = add_capped(*spf, mail->messages);
	*disposition = add_capped(*disposition, mail->messages);
	if (outcome_passes(mail->outcome))
		group->passed = add_capped(group->passed, mail->messages);
	group->messages = add_capped(group->messages, mail->messages);
	group->recent = add_capped(group->recent, mail->recent);
	if (mail->first < group->first)
		group->first = mail->first;
	if (mail->last > group->last)
		group->last = mail->last;
}

const char *
mail_group_how(const int64_t counts[HOW_COUNT], char out[MAIL_GROUP_HOW])
{
	enum outcome_how how, first = HOW_COUNT;
	bool has_more = false;

	for (how = HOW_PASS; how < HOW_COUNT; how++) {
		if (counts[how] == 0)
			continue;
		has_more = has_more || first != HOW_COUNT;
		if (first == HOW_COUNT || counts[how] > counts[first])
			first = how;
	}
	if (first == HOW_COUNT)
		return "-";
	if (!has_more)
		return outcome_how_name(first);
	snprintf(out, MAIL_GROUP_HOW, "%s+", outcome_how_name(first));
	return out;
}

const char *
mail_group_trend(const struct mail_group *group, int64_t middle)
{
	int64_t recent = group->recent, before = group->messages - recent;

	if (middle == STORE_UNTIL_EVER)
		return NULL;
	if (before == 0)
		return "new";
	if (recent == 0)
		return "gone";
	if (recent / 3 * 2 >= before)
		return "up";
	return before / 3 * 2 >= recent ? "down" : "steady";
}
