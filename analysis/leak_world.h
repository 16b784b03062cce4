/* What the files about leaks share. */
#ifndef ANALYSIS_LEAK_WORLD_H
#define ANALYSIS_LEAK_WORLD_H

#include "analysis/grid.h"
#include "analysis/posts.h"
#include "analysis/world.h"

/* Who brings mail of so many senders to a place is in front of it; more of
 * them are not counted. */
#define NET_NUMBERS 10

/* A network of a list's channel. */
struct net {
	struct address address;
	const char *name;
	int64_t messages, spf_pass;
	uint32_t party; /* the first */
	bool has_more;  /* than that party */

	bool is_hop; /* as far as is known */
	/* Of one that may be a hop: on how many days it was there, the list
	 * was, and the party got it in other ways. */
	int64_t days, list_days, direct_days;
	/* In all channels: mail of ours to the party comes through it, whom
	 * else it reaches, and channels with an envelope. */
	bool has_own_mail;
	uint32_t parties[NET_NUMBERS], senders[NET_NUMBERS];
	size_t party_count, sender_count;
};

/* A day of a list. */
struct send {
	int32_t day;
	int64_t posts;
	size_t parties;
	bool is_wide; /* it reached many of them */
};

/* A list while it is looked at. */
struct draft {
	struct channel *channel;
	struct net *nets; /* in the order of addresses */
	size_t net_count;
	struct grid *grid; /* without hops */
	struct posts posts;
	struct send *sends; /* like grid->days */
	size_t wide_count;
	struct exposure *exposures;
	size_t count, room;
};

struct exposure *draft_add(struct draft *draft);

/* Networks that keep the list's envelope, and are not the list's; of all
 * drafts together. */
void hops_find_nets(
    const struct analysis *analysis, struct draft *drafts, size_t count);
struct net *hops_net(const struct draft *draft, const struct address *address);

/* The days of a draft with its grid and posts. */
void hops_find_sends(struct draft *draft);

/* Channels with an envelope of their own: adds them to the drafts. */
void hops_find_channels(
    struct analysis *analysis, struct draft *drafts, size_t count);

#endif
