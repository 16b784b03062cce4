#include "world.h"

TestSuite(leaks, .init = make_world, .fini = leave_world);

Test(leaks, come_from_a_list_that_changes_nothing)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.selector = "s1" };
	const struct channel *list;

	write_mail(30);
	post_to(&way, 5);
	list = channel("soc.example");
	cr_expect_eq(list->class, CLASS_LIST);
	cr_expect_eq(list->confidence, CONFIDENCE_HIGH);
	cr_expect_eq(list->kind, KIND_INTACT);
	cr_expect_eq(list->leak->posts, 9);
	cr_expect_eq(list->leak->days, 7);
	cr_expect_eq(list->leak->crowd, 2);
	cr_expect_eq(list->leak->solo, 3);
	cr_expect_eq(exposure(list, "crowd.example", false)->subscribers, 5);
	cr_expect_eq(exposure(list, "one.example", false)->subscribers, 1);
	cr_expect_str_eq(list->provenance, "sig");
}

Test(leaks, have_kinds)
{
	static const struct {
		struct way way;
		enum list_kind kind;
	} cases[] = {
		{ { "198.51.100.1", "lists.a.example", .selector = "s1",
		      .dkim = DMARC_AUTH_FAIL },
		    KIND_BREAKS },
		{ { "198.51.101.1", "lists.b.example", .selector = "s1",
		      .dkim = DMARC_AUTH_FAIL, .signer = "b.example" },
		    KIND_RESIGN },
		{ { "198.51.102.1", "lists.c.example", .signer = "c.example",
		      .reason = "mailing_list" },
		    KIND_STRIP },
	};
	const struct way intact = { "198.51.103.1", "lists.a.example",
		.selector = "s1" };
	size_t i;

	write_mail(30);
	report(2, "one.example", &intact, 1);
	for (i = 0; i < COUNT_OF(cases); i++)
		post_to(&cases[i].way, 5);
	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect_eq(channel(cases[i].way.envelope)->class, CLASS_LIST);
		cr_expect_eq(
		    channel(cases[i].way.envelope)->kind, cases[i].kind);
	}
}

Test(leaks, do_not_come_from_mail_addressed_one_by_one)
{
	const struct way way = { "198.51.100.1", "lists.soc.example",
		.selector = "s1" };
	int day;

	write_mail(30);
	for (day = 0; day < 30; day++)
		report(day, members[day * day % 11 % 5].party, &way, 1);
	cr_expect_neq(channel("lists.soc.example")->class, CLASS_LIST);
}

Test(leaks, do_not_come_from_one_burst_of_signed_mail)
{
	const struct way way = { "198.51.100.1", "burst.example",
		.selector = "s1" };
	size_t i;

	write_mail(30);
	for (i = 0; i < COUNT_OF(members); i++)
		report(9, members[i].party, &way, 20);
	cr_expect_neq(channel("burst.example")->class, CLASS_LIST);
}

Test(leaks, do_not_come_from_fraud_at_the_same_partners)
{
	const struct way way = { "198.51.100.1", "lists.team.example",
		.selector = "s1", .dkim = DMARC_AUTH_FAIL,
		.signer = "team.example" };

	write_mail(30);
	post_to(&way, 3); /* we write to all of them */
	cr_expect_eq(channel("lists.team.example")->class, CLASS_SPOOF);
	cr_expect(channel("lists.team.example")->is_possible_list);
	cr_expect(has_rule(channel("lists.team.example"), "copied"));
}

Test(leaks, do_not_come_from_a_vendor_that_signs_beside_our_key)
{
	const struct way way = { "198.51.100.1", "out.bills.example",
		.selector = "s1", .signer = "bills.example" };
	size_t j;
	int day;

	write_mail(30);
	for (day = 1; day < 30; day += 12)
		for (j = 0; j < COUNT_OF(members); j++)
			report(day, members[j].party, &way, 1);
	cr_expect_eq(channel("out.bills.example")->class, CLASS_VENDOR);
	cr_expect(has_rule(channel("out.bills.example"), "cosigned"));
}

Test(leaks, come_from_a_list_whose_server_signs_all_it_sends)
{
	const struct way way = { "198.51.100.1", "out.soc.example",
		.selector = "s1", .signer = "soc.example" };

	write_mail(30);
	post_to(&way, 5);
	cr_expect_eq(channel("out.soc.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("out.soc.example"), "cosigned"));
}

Test(leaks, do_not_come_from_newsletters_on_a_schedule)
{
	const struct way way = { "198.51.100.1", "weekly.example",
		.selector = "s1" };
	size_t j;
	int day;

	write_mail(30);
	for (day = 1; day < 30; day += 7)
		for (j = 0; j < COUNT_OF(members); j++)
			report(day, members[j].party, &way,
			    members[j].subscribers);
	cr_expect_neq(channel("weekly.example")->class, CLASS_LIST);
	cr_expect(has_rule(channel("weekly.example"), "schedule"));
}

Test(leaks, do_not_come_from_forwarding_of_our_own_mailings)
{
	static const char *const users[] = { "crowd.example", "far.example",
		"off.example" };
	const struct way fwd = { "198.51.100.1", "names.example",
		.selector = "s1" };
	const struct way mailing = { "192.0.2.1", ME, .selector = "s1" };
	size_t i;
	int day, j;

	write_mail(40);
	for (day = 3; day < 40; day += 9) {
		for (j = 0; j < 12; j++)
			report(day, "big.example", &mailing, 1);
		for (i = 0; i < COUNT_OF(users); i++)
			report(day, users[i], &fwd, 1);
	}
	cr_expect_neq(channel("names.example")->class, CLASS_LIST);
}

Test(leaks, do_not_come_from_recipients_that_are_often_alone)
{
	static const char *const users[] = { "crowd.example", "far.example",
		"off.example", "one.example" };
	const struct way fwd = { "198.51.100.1", "names.example",
		.selector = "s1" };
	size_t i;
	int day;

	write_mail(40);
	for (day = 3; day < 40; day += 5 + day % 3)
		for (i = 0; i < COUNT_OF(users); i++)
			report(day, users[i], &fwd, 1);
	for (day = 1; day < 40; day += 2 + day % 4)
		report(day, users[day * day % 11 % 4], &fwd, 1);
	cr_expect_eq(channel("names.example")->class, CLASS_FORWARDER);
	cr_expect(has_rule(channel("names.example"), "alone"));
}

Test(leaks, count_subscribers_by_what_is_usual)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.selector = "s1" };

	write_mail(30);
	post_to(&way, 5);
	report(5, "crowd.example", &way, 5); /* reported twice, it seems */
	cr_expect_eq(exposure(channel("soc.example"), "crowd.example", false)
			 ->subscribers,
	    5);
}

Test(leaks, tell_parties_apart)
{
	struct way way = { "198.51.100.1", "ietf.example", .selector = "s1" };

	write_mail(10);
	report(1, "esa1.corp.example", &way, 1);
	report(2, "esa2.corp.example", &way, 1);
	report(1, "x7.pool.example", &way, 1);
	report(1, "eu.scan.example", &way, 1);
	way.to = "firm.example";
	report(1, "Enterprise Outlook", &way, 1);
	way.to = "acme.mail.onmicrosoft.com";
	report(1, "Enterprise Outlook", &way, 1);
	cr_expect_eq(channel("ietf.example")->leak->exposure_count, 5);
	cr_expect_eq(
	    exposure(channel("ietf.example"), "corp.example", false)->messages,
	    2);
	cr_expect_eq(
	    exposure(channel("ietf.example"), "x7.pool.example", false)->class,
	    PARTY_NAMED);
	cr_expect_eq(
	    exposure(channel("ietf.example"), "scan.example", false)->class,
	    PARTY_GATE);
	cr_expect(exposure(channel("ietf.example"), "firm.example", false)
		      ->via_envelope_to);
	cr_expect(
	    exposure(channel("ietf.example"), "acme.onmicrosoft.com", false)
	    != NULL);
}

Test(leaks, name_the_selector_of_most_messages)
{
	const struct way way = { "198.51.100.1", "soc.example",
		.selector = "s1" };
	const struct way other = { "198.51.100.1", "soc.example",
		.selector = "s2" };
	size_t i;

	write_mail(30);
	post_to(&way, 5);
	/* One record with more than any other, and less than all others. */
	report(28, "crowd.example", &other, 16);
	for (i = 0; i < 3; i++)
		report(28, "big.example", &other, 1);
	cr_expect_str_eq(channel("soc.example")->leak->selector, "s1");
}
