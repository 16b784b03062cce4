#include "world.h"

TestSuite(hops, .init = make_world, .fini = leave_world);

static const struct way list = { "198.51.100.1", "soc.example",
	.selector = "s1" };

/* The list's envelope, from a network that is not the list's. */
static const struct way kept = { "203.0.113.5", "soc.example", .selector = "s1",
	.spf = DMARC_AUTH_SOFTFAIL };

static void
post(void)
{
	write_mail(30);
	post_to(&list, 5);
}

Test(hops, have_the_envelope_of_the_list_or_their_own)
{
	const struct way own = { "203.0.114.5", "home.example",
		.selector = "s1" };
	const struct exposure *hop;
	size_t i;

	post();
	for (i = 0; i < COUNT_OF(post_days); i++) {
		report(post_days[i], "crowd.example", &kept, 1);
		report(post_days[i], "big.example", &own, 1);
	}
	/* Another record of the same day. */
	report(post_days[2], "crowd.example", &kept, 1);
	hop = exposure(channel("soc.example"), "crowd.example", true);
	cr_assert(hop != NULL);
	cr_expect_str_eq(hop->hop_via, "203.0.113.0/24");
	cr_expect_eq(hop->days, COUNT_OF(post_days));
	cr_expect_eq(hop->first_day, 20000 + post_days[0]);
	cr_expect_eq(hop->last_day, 20000 + 28);
	cr_expect_eq(hop->messages, COUNT_OF(post_days) + 1);
	hop = exposure(channel("soc.example"), "big.example", true);
	cr_assert(hop != NULL);
	cr_expect_str_eq(hop->hop_via, "home.example");
	cr_expect_eq(channel("home.example")->class, CLASS_FORWARDER);
	cr_expect_eq(exposure(channel("soc.example"), "crowd.example", false)
			 ->subscribers,
	    5);
}

/* It brings now and then one, and the list the others. */
Test(hops, are_no_second_MX)
{
	post();
	report(post_days[1], "far.example", &kept, 1);
	report(post_days[4], "far.example", &kept, 1);
	cr_expect_eq(
	    exposure(channel("soc.example"), "far.example", true), NULL);
}

/* Those behind it get nothing in another way. */
Test(hops, are_no_filters_with_many_behind_them)
{
	static const char *const tenants[] = { "six.example", "seven.example",
		"eight.example" };
	const struct way own = { "203.0.113.9", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	size_t i;
	int day;

	post();
	for (day = 0; day < 30; day++)
		report(day, tenants[day * day % 7 % 3], &own, 2);
	for (i = 0; i < COUNT_OF(post_days); i++)
		report(post_days[i], "crowd.example", &kept, 1);
	cr_expect_eq(
	    exposure(channel("soc.example"), "crowd.example", true), NULL);
}

Test(hops, may_carry_other_mail_too)
{
	const struct way own = { "203.0.114.5", "home.example",
		.selector = "s1" };
	size_t i;

	post();
	for (i = 0; i < COUNT_OF(post_days); i++)
		report(post_days[i], "big.example", &own, 1);
	report(8, "big.example", &own, 1);
	report(23, "big.example", &own, 1);
	cr_expect_neq(
	    exposure(channel("soc.example"), "big.example", true), NULL);
}

/* A university: a post goes to all, and now and then one is for one of its
 * people, who are elsewhere now. */
Test(hops, follow_the_days_on_which_all_get_something)
{
	static const int odd_days[] = { 0, 3, 8, 9, 13, 14, 15, 22, 23, 25 };
	const struct way alone = { "198.51.100.1", "lists.uni.example",
		.selector = "s1" };
	const struct way own = { "203.0.114.5", "home.example",
		.selector = "s1" };
	char name[32];
	size_t i;
	int j;

	write_mail(30);
	for (i = 0; i < COUNT_OF(post_days); i++) {
		for (j = 0; j < 12; j++) {
			snprintf(name, sizeof(name), "p%d.example", j);
			report(post_days[i], name, &alone, 1);
		}
		report(post_days[i], "big.example", &own, 1);
	}
	for (i = 0; i < COUNT_OF(odd_days); i++)
		report(odd_days[i], "p0.example", &alone, 1);
	cr_assert_eq(channel("lists.uni.example")->class, CLASS_LIST);
	cr_expect_neq(
	    exposure(channel("lists.uni.example"), "big.example", true), NULL);
}

/* A receiver saw the list's header in what a hop brought. */
Test(hops, are_no_lists_themselves)
{
	const struct way lists = { "198.51.100.1", "lists.soc.example",
		.selector = "s1", .dkim = DMARC_AUTH_FAIL,
		.signer = "soc.example" };
	const struct way own = { "203.0.114.5", "home.example",
		.selector = "s1", .dkim = DMARC_AUTH_FAIL,
		.signer = "soc.example", .reason = "mailing_list" };

	write_mail(30);
	post_to(&lists, 5);
	report(2, "big.example", &own, 1);
	report(11, "big.example", &own, 1);
	cr_expect_neq(
	    exposure(channel("lists.soc.example"), "big.example", true), NULL);
	cr_expect_eq(channel("home.example")->class, CLASS_FORWARDER);
	cr_expect_eq(channel("home.example")->leak, NULL);
}
