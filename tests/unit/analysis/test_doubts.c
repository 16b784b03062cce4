/* What looks like a list and may be something else, and the other way
 * round. */

#include "world.h"

TestSuite(doubts, .init = make_world, .fini = leave_world);

/* The channel, of the domain that is asked for. */
static const struct channel *
channel_of(const char *domain, const char *name)
{
	const struct channel *channels;
	size_t count, i;

	channel(name);
	channels = analysis_channels(world.analysis, &count);
	for (i = 0; i < count; i++)
		if (strcmp(channels[i].name, name) == 0
		    && strcmp(channels[i].domain, domain) == 0)
			return &channels[i];
	cr_fatal("there is no channel %s for %s", name, domain);
}

Test(doubts, end_when_a_list_is_one_for_another_domain_of_ours)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.selector = "s1" };
	const struct channel *list;
	size_t j;

	write_mail(30);
	post_to(&way, 5);
	world.domain = "small.example";
	report(3, "crowd.example",
	    &(struct way) { "192.0.2.1", "small.example", .selector = "s1" },
	    1);
	for (j = 0; j < 4; j++)
		report(9, members[j].party, &way, members[j].subscribers);
	list = channel_of("small.example", "soc.example");
	cr_expect_eq(list->class, CLASS_LIST);
	cr_expect_gt(list->confidence, CONFIDENCE_LOW);
	cr_expect_eq(list->leak->posts, 1);
	cr_expect(has_rule(list, "other-domains"));
}

Test(doubts, stay_when_it_is_none_for_another_domain_either)
{
	const struct way way = { "198.51.100.1", "names.example",
		.selector = "s1" };
	int day;

	write_mail(40);
	for (day = 0; day < 40; day++)
		report(day, members[day * day % 11 % 5].party, &way, 1);
	world.domain = "small.example";
	post_to(&way, 3);
	cr_expect_neq(
	    channel_of("small.example", "names.example")->class, CLASS_LIST);
}

Test(doubts, stay_about_newsletters_of_which_a_report_is_missing)
{
	const struct way way = { "198.51.100.1", "bounce.weekly.example",
		.selector = "s1" };
	size_t j;
	int day;

	write_mail(60);
	for (day = 1; day < 60; day += 7)
		for (j = 0; j < COUNT_OF(members) && day != 22; j++)
			report(day, members[j].party, &way,
			    members[j].subscribers);
	cr_expect_neq(channel("bounce.weekly.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("bounce.weekly.example"), "schedule"));
}

/* A circle behind a forwarder, whose other users read a newsletter. */
Test(doubts, stay_about_who_runs_errands_for_others)
{
	struct way way = { "198.51.100.1", "names.example", .selector = "s1" };
	const struct way letters = { "198.51.107.1", "letters.example",
		.selector = "k1" };
	int day;

	write_mail(30);
	post_to(&way, 5);
	way.selector = "k1";
	for (day = 0; day < 30; day += 4) {
		report(day, "crowd.example", &letters, 30);
		report(day, day % 8 == 0 ? "six.example" : "seven.example",
		    &way, 1);
	}
	cr_expect_neq(channel("names.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("names.example"), "errands"));
}

Test(doubts, stay_about_hosts_that_are_called_forwarders)
{
	const struct way way = { "198.51.100.1", "fwd.soc.example",
		.selector = "s1", .reason = "trusted_forwarder" };

	write_mail(30);
	post_to(&way, 5);
	cr_expect_neq(channel("fwd.soc.example")->class, CLASS_LIST);
	cr_expect(channel("fwd.soc.example")->is_possible_list);
}

/* Somebody has a message of ours, and sends it for some days. */
Test(doubts, stay_about_what_came_within_a_week)
{
	static const int days[] = { 11, 13, 17 };
	const struct way way = { "198.51.100.1", "again.example",
		.selector = "s1" };
	size_t i, j;

	write_mail(30);
	for (i = 0; i < COUNT_OF(days); i++)
		for (j = 0; j < COUNT_OF(members); j++)
			report(days[i], members[j].party, &way, 40);
	cr_expect_neq(channel("again.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("again.example"), "burst"));
}

Test(doubts, stay_about_a_few_who_are_not_always_together)
{
	static const struct {
		int day, others[2];
	} sends[] = { { 1, { 1, 0 } }, { 4, { 2, 3 } }, { 9, { 2, 0 } },
		{ 11, { 1, 3 } }, { 17, { 3, 0 } }, { 24, { 2, 3 } },
		{ 26, { 1, 0 } }, { 37, { 1, 2 } } };
	const struct way way = { "198.51.100.1", "names.example",
		.selector = "s1" };
	size_t i;

	write_mail(40);
	for (i = 0; i < COUNT_OF(sends); i++) {
		report(sends[i].day, members[0].party, &way, 1);
		report(
		    sends[i].day, members[sends[i].others[0]].party, &way, 1);
		if (sends[i].others[1] != 0)
			report(sends[i].day, members[sends[i].others[1]].party,
			    &way, 1);
	}
	cr_expect_neq(channel("names.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("names.example"), "circle"));
}

Test(doubts, stay_about_what_a_single_receiver_took_for_a_list)
{
	const struct way way = { "198.51.100.1", "home.example",
		.selector = "s1", .dkim = DMARC_AUTH_FAIL,
		.reason = "mailing_list" };

	write_mail(30);
	report(2, "one.example", &way, 1);
	report(9, "one.example", &way, 1);
	cr_expect_neq(channel("home.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("home.example"), "one-witness"));
}

/* A university: lists that break signatures, and forwarding that does not. */
Test(doubts, end_about_the_part_that_moves_together)
{
	const struct way way = { "198.51.100.1", "uni.example",
		.selector = "s1", .dkim = DMARC_AUTH_FAIL };
	const struct way alone = { "198.51.100.1", "uni.example",
		.selector = "s1" };
	const struct channel *list;
	int day;

	write_mail(60);
	post_to(&way, 5);
	for (day = 0; day < 60; day++)
		report(day, day * day % 7 < 3 ? "six.example" : "seven.example",
		    &alone, 1);
	list = channel("uni.example");
	cr_expect_eq(list->class, CLASS_LIST);
	cr_expect_eq(list->kind, KIND_BREAKS);
	cr_expect(has_rule(list, "apart"));
	cr_expect_eq(exposure(list, "six.example", false), NULL);
	cr_expect_eq(exposure(list, "one.example", false)->subscribers, 1);
}

/* What a network brings with other envelopes says that it forwards. */
Test(doubts, stay_about_networks_that_bring_other_envelopes)
{
	const struct way kept = { "203.0.113.7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	const struct way shop = { "203.0.113.8", "shop.example",
		.spf = DMARC_AUTH_SOFTFAIL };

	write_mail(30);
	post_to(&kept, 5);
	report(3, "crowd.example", &shop, 2);
	cr_expect_neq(channel("203.0.113.0/24")->class, CLASS_LIST);
	cr_expect(has_rule(channel("203.0.113.0/24"), "errands"));
}

Test(doubts, stay_about_networks_of_IPv6_that_do)
{
	const struct way kept = { "2001:db8:71:1::7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	const struct way shop = { "2001:db8:71:2::8", "shop.example",
		.spf = DMARC_AUTH_SOFTFAIL };

	write_mail(30);
	post_to(&kept, 5);
	report(3, "crowd.example", &shop, 2);
	cr_expect_neq(channel("2001:db8:71::/48")->class, CLASS_LIST);
	cr_expect(has_rule(channel("2001:db8:71::/48"), "errands"));
}

/* Our signature is cut out, and no receiver says anything. */
static void
discuss(const struct way *way, bool answered)
{
	static const struct {
		int day, posts;
	} days[] = { { 1, 1 }, { 2, 2 }, { 5, 1 }, { 6, 3 }, { 11, 1 },
		{ 12, 1 }, { 17, 2 }, { 20, 1 }, { 21, 1 }, { 27, 1 },
		{ 28, 2 } };
	size_t i, j;

	write_mail(30);
	for (i = 0; i < COUNT_OF(days); i++)
		for (j = 0; j < COUNT_OF(members); j++)
			report(days[i].day, members[j].party, way,
			    members[j].subscribers
				* (answered ? days[i].posts : 1));
}

Test(doubts, end_when_strangers_get_everything_at_odd_times)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.signer = "soc.example" };
	const struct channel *list;

	discuss(&way, true); /* to two of them we never write */
	list = channel("soc.example");
	cr_expect_eq(list->class, CLASS_LIST);
	cr_expect_eq(list->confidence, CONFIDENCE_MED);
	cr_expect_eq(list->kind, KIND_STRIP);
	cr_expect_str_eq(list->provenance, "hint");
}

/* A vendor without a key of ours, when it has something to say. */
Test(doubts, stay_when_nobody_answers)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.signer = "soc.example" };

	discuss(&way, false);
	cr_expect_eq(channel("soc.example")->class, CLASS_SERVICE);
	cr_expect(channel("soc.example")->is_possible_list);
}

Test(doubts, stay_when_only_those_get_it_to_whom_we_write)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.signer = "soc.example" };
	const struct way mail = { "192.0.2.1", ME, .selector = "s1" };
	size_t i;

	for (i = 0; i < COUNT_OF(members); i++)
		report(4, members[i].party, &mail, 1);
	discuss(&way, true);
	cr_expect_eq(channel("soc.example")->class, CLASS_SERVICE);
	cr_expect(channel("soc.example")->is_possible_list);
	cr_expect(has_rule(channel("soc.example"), "nothing-of-yours"));
}

/* Nobody relays what our servers never sent. */
Test(doubts, stay_when_from_is_a_domain_of_ours_that_sends_nothing)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.signer = "soc.example", .from = "events." ME };

	discuss(&way, true);
	cr_expect_eq(channel("soc.example")->class, CLASS_SERVICE);
	cr_expect(has_rule(channel("soc.example"), "strange-from"));
}

Test(doubts, leave_kinds_that_break_some_messages)
{
	struct way way = { "198.51.100.1", "lists.soc.example",
		.selector = "s1" };
	size_t i, j;

	write_mail(30);
	for (i = 0; i < COUNT_OF(post_days); i++) {
		way.dkim = i % 3 == 0 ? 0 : DMARC_AUTH_FAIL;
		for (j = 0; j < COUNT_OF(members); j++)
			report(post_days[i], members[j].party, &way, 1);
	}
	cr_expect_eq(channel("lists.soc.example")->kind, KIND_MIXED);
}
