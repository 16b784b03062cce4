/* Groups of mail, and how DKIM and SPF came out for them. */
#ifndef CLI_MAIL_GROUP_H
#define CLI_MAIL_GROUP_H

#include "store/mail.h"

struct arena;

struct mail_group {
	struct store_mail key; /* what its mail has in common */
	int64_t messages, passed;
	int64_t delivered, quarantined, rejected; /* of all of them */
	int64_t unknown;                          /* it is not said */
	int64_t dkim[HOW_COUNT], spf[HOW_COUNT];
	int64_t recent;
	int64_t first, last; /* days, their first seconds */
	char *texts;         /* of the key */
	size_t size;
};

/* The key is copied; a group of zeros can be begun again and again. */
void mail_group_begin(struct mail_group *group, const struct store_mail *mail);
void mail_group_release(struct mail_group *group);

/* Adds mail of this group, of one outcome. */
void mail_group_add(struct mail_group *group, const struct store_mail *mail);

/* The most frequent way; "broken+" when there are others. */
#define MAIL_GROUP_HOW 32
const char *mail_group_how(
    const int64_t counts[HOW_COUNT], char out[MAIL_GROUP_HOW]);

/* "new", "up", "steady", "down", "gone": the later half of the period, which
 * begins with middle, beside the earlier one; NULL when it has no halves. */
const char *mail_group_trend(const struct mail_group *group, int64_t middle);

#endif
