/* What the two files about leaks share. */
#ifndef ANALYSIS_LEAK_WORLD_H
#define ANALYSIS_LEAK_WORLD_H

#include "analysis/grid.h"
#include "analysis/posts.h"
#include "analysis/world.h"

/* Who brings mail of so many senders to a place is in front of it. */
#define NET_SENDERS 10

/* A network of a list's channel. */
struct net {
	struct address address;
	const char *name;
	int64_t messages, spf_pass;
	uint32_t party; /* the first */
	bool has_more;  /* than that party */

	/* In all channels, when it may be a hop. */
	bool has_others;   /* it reaches other parties, too */
	bool has_own_mail; /* mail of ours to the party comes through it */
	uint32_t senders[NET_SENDERS]; /* channels with an envelope */
	size_t sender_count;
	bool is_hop;
};

/* A list while it is looked at. */
struct draft {
	struct channel *channel;
	struct net *nets; /* in the order of addresses */
	size_t net_count;
	struct grid *grid; /* without hops */
	struct posts posts;
	struct exposure *exposures;
	size_t count, room;
};

struct exposure *draft_add(struct draft *draft);

/* Networks that keep the list's envelope, and are not the list's; of all
 * drafts together. */
void hops_find_nets(
    const struct analysis *analysis, struct draft *drafts, size_t count);
struct net *hops_net(const struct draft *draft, const struct address *address);

/* Channels with an envelope of their own: adds them to the drafts. */
void hops_find_channels(
    struct analysis *analysis, struct draft *drafts, size_t count);

#endif
