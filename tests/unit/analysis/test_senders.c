#include "world.h"

TestSuite(senders, .init = make_world, .fini = leave_world);

static const char *const parties[] = { "crowd.example", "big.example",
	"one.example", "two.example", "three.example", "four.example",
	"five.example", "six.example" };

/* To one of them each day, as if by chance. */
static void
write_one_by_one(const struct way *way, int days, int count)
{
	int day;

	for (day = 0; day < days; day++)
		report(day, parties[day * day % 7 % count], way, 1);
}

Test(senders, are_ours_when_SPF_says_so)
{
	write_mail(10);
	cr_expect_eq(channel("192.0.2.0/24")->class, CLASS_OWN);
	cr_expect_eq(channel("192.0.2.0/24")->messages, 19);
	cr_expect_eq(channel("192.0.2.0/24")->passed, 19);
}

Test(senders, are_vendors_when_they_are_in_SPF_and_sign_for_themselves)
{
	const struct way crm = { "198.51.100.1", "crm." ME,
		.signer = "crm.example" };

	write_mail(10);
	write_one_by_one(&crm, 10, 4);
	cr_expect_eq(channel("198.51.100.0/24")->class, CLASS_VENDOR);
}

Test(senders, are_vendors_when_they_hold_a_key_that_we_never_use)
{
	const struct way letters = { "198.51.100.1", "bounce.letters.example",
		.selector = "k1" };
	const struct way reader = { "203.0.113.9", "fan.example",
		.selector = "k1" };
	int day;

	write_mail(20);
	for (day = 0; day < 20; day += 4)
		report(day, "crowd.example", &letters, 30);
	report(4, "crowd.example", &reader, 1);
	cr_expect_eq(channel("bounce.letters.example")->class, CLASS_VENDOR);
	cr_expect_eq(channel("fan.example")->class, CLASS_FORWARDER);
}

Test(senders, are_forwarders_when_all_goes_to_one_place)
{
	const struct way home = { "198.51.100.1", "home.example",
		.selector = "s1" };
	const struct way kept = { "203.0.113.1", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	int day;

	write_mail(20);
	for (day = 0; day < 20; day += 3) {
		report(day, "crowd.example", &home, 1);
		report(day, "big.example", &kept, 1);
	}
	cr_expect_eq(channel("home.example")->class, CLASS_FORWARDER);
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_FORWARDER);
}

Test(senders, are_forwarders_when_recipients_come_one_by_one)
{
	const struct way alumni = { "198.51.100.1", "fwd.college.example",
		.selector = "s1" };

	write_mail(60);
	write_one_by_one(&alumni, 40, 4);
	cr_expect_eq(channel("fwd.college.example")->class, CLASS_FORWARDER);
}

Test(senders, are_filters_when_they_keep_the_envelope_for_a_few)
{
	static const char *const tenants[] = { "t1.example", "t2.example",
		"t3.example" };
	struct way filter = { "203.0.113.7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	int day;

	write_mail(30);
	for (day = 0; day < 30; day++) {
		filter.to = tenants[day * day % 7 % 3];
		filter.dkim = day % 3 == 0 ? DMARC_AUTH_FAIL : 0;
		report(day, "Enterprise Outlook", &filter, 1);
	}
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_GATEWAY);
}

Test(senders, are_ours_and_unlisted_when_they_reach_everybody_with_our_key)
{
	const struct way cloud = { "203.0.113.7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };

	write_mail(30);
	write_one_by_one(&cloud, 30, 7);
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_UNLISTED);
}

Test(senders, are_ours_when_they_sign_as_those_do_that_the_operator_names)
{
	const struct way other = { "203.0.113.1", ME, .selector = "s1" };
	const struct way crm = { "203.0.114.1", "crm." ME, .selector = "crm" };
	const struct way mailer = { "203.0.115.1", "mail." ME, .selector = "s1",
		.signer = "mailer.example" };

	cr_assert(network_parse(bytes_of("192.0.2.0/24"), &world.network));
	world.own =
	    (struct own) { .networks = &world.network, .network_count = 1 };
	write_mail(10);
	write_one_by_one(&other, 10, 4);
	write_one_by_one(&crm, 10, 4);
	write_one_by_one(&mailer, 10, 4);
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_OWN);
	cr_expect_eq(channel("203.0.113.0/24")->confidence, CONFIDENCE_MED);
	cr_expect_eq(channel("203.0.114.0/24")->class, CLASS_VENDOR);
	cr_expect_eq(channel("203.0.115.0/24")->class, CLASS_VENDOR);
}

/* A few correspondents, and nobody else's mail. */
Test(senders, are_ours_and_unlisted_when_they_bring_only_our_mail)
{
	const struct way branch = { "203.0.113.7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	const struct way alumni = { "203.0.114.7", ME, .selector = "s1",
		.spf = DMARC_AUTH_SOFTFAIL };
	const struct way shop = { "203.0.114.9", "shop.example",
		.spf = DMARC_AUTH_SOFTFAIL };
	int i;

	for (i = 0; i < 40; i++)
		report(i, i % 2 == 0 ? "far.example" : "off.example",
		    &(struct way) { "192.0.2.1", ME, .selector = "s1" }, 50);
	write_mail(60);
	for (i = 0; i < 3; i++) {
		write_one_by_one(&branch, 40, 4);
		write_one_by_one(&alumni, 40, 4);
	}
	report(3, "crowd.example", &shop, 1);
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_UNLISTED);
	cr_expect_eq(channel("203.0.114.0/24")->class, CLASS_RELAY);
}

Test(senders, are_vendors_when_they_send_newsletters_without_a_key)
{
	const struct way events = { "198.51.100.1", "out.events.example",
		.signer = "events.example" };
	size_t i;
	int day;

	write_mail(60);
	for (day = 2; day < 60; day += 14)
		for (i = 0; i < COUNT_OF(parties); i++)
			report(day, parties[i], &events, 9);
	cr_expect_eq(channel("out.events.example")->class, CLASS_VENDOR);
	cr_expect_eq(channel("out.events.example")->confidence, CONFIDENCE_LOW);
}

Test(senders, are_services_when_they_prove_only_themselves)
{
	const struct way tickets = { "198.51.100.1", "tickets.example",
		.signer = "tickets.example" };
	const struct way desk = { "198.51.100.2", "out.desk.example",
		.spf = 0 };

	write_mail(30);
	write_one_by_one(&tickets, 30, 7);
	report(1, "crowd.example", &desk, 1);
	cr_expect_eq(channel("tickets.example")->class, CLASS_SERVICE);
	cr_expect_eq(channel("out.desk.example")->class, CLASS_SERVICE);
}

Test(senders, are_spoofs_when_nothing_proves_who_they_are)
{
	const struct way bot = { "203.0.113.7", ME,
		.spf = DMARC_AUTH_SOFTFAIL };
	const struct way bad = { "203.0.114.7", "bad.example",
		.spf = DMARC_AUTH_NONE };

	write_mail(10);
	report(3, "crowd.example", &bot, 9);
	report(3, "crowd.example", &bad, 9);
	cr_expect_eq(channel("203.0.113.0/24")->class, CLASS_SPOOF);
	cr_expect_eq(channel("bad.example")->class, CLASS_SPOOF);
}

Test(senders, are_what_the_operator_says)
{
	const struct way home = { "198.51.100.1", "a.home.example",
		.selector = "s1" };

	world.labels[0] = (struct label) { "home.example", CLASS_VENDOR };
	world.label_count = 1;
	write_mail(3);
	report(1, "crowd.example", &home, 1);
	cr_expect_eq(channel("a.home.example")->class, CLASS_VENDOR);
	cr_expect_str_eq(channel("a.home.example")->reason, "you said so");
	cr_expect(has_rule(channel("a.home.example"), "label"));
}

Test(senders, without_messages_are_unknown)
{
	const struct way way = { "198.51.100.1", "zero.example", .spf = 0 };

	report(1, "crowd.example", &way, 0);
	cr_expect_eq(channel("zero.example")->class, CLASS_UNKNOWN);
}

Test(senders, have_sums_that_never_overflow)
{
	const struct way way = { "198.51.100.1", "much.example",
		.selector = "s1" };
	int i;

	for (i = 0; i < 20; i++)
		report(i, parties[i % 8], &way, INT64_MAX);
	cr_expect_gt(channel("much.example")->messages, INT64_MAX / 2000);
	cr_expect_eq(channel("much.example")->messages,
	    channel("much.example")->sig_pass);
}

/* What one operator has at one place: /24 and /48. */
Test(senders, stand_by_network_where_the_envelope_is_ours)
{
	static const struct {
		const char *ip, *name;
		int64_t messages;
	} known[] = {
		{ "203.0.113.7", "203.0.113.0/24", 3 },
		{ "203.0.113.255", "203.0.113.0/24", 3 },
		{ "203.0.112.7", "203.0.112.0/24", 4 },
		{ "2001:db8:71:1::7", "2001:db8:71::/48", 11 },
		{ "2001:db8:71:ffff::8", "2001:db8:71::/48", 11 },
		{ "2001:db8:72::7", "2001:db8:72::/48", 32 },
		{ "7100:db8:71::7", "7100:db8:71::/48", 64 },
	};
	static const int64_t counts[] = { 1, 2, 4, 1, 10, 32, 64 };
	struct way way = { NULL, ME, .spf = DMARC_AUTH_SOFTFAIL };
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++) {
		way.ip = known[i].ip;
		report(3, "crowd.example", &way, counts[i]);
	}
	for (i = 0; i < COUNT_OF(known); i++)
		cr_expect_eq(channel(known[i].name)->messages,
		    known[i].messages, "%s", known[i].name);
}

/* Records that say the same of the same address are shown once. */
Test(senders, have_evidence_of_each_kind)
{
	const struct way one = { "2001:db8::1", "forward.example",
		.selector = "s1" };
	const struct way two = { "2001:db8::2", "forward.example",
		.selector = "s1" };
	const struct evidence *evidence;
	int day;

	write_mail(10);
	for (day = 0; day < 5; day++)
		report(day, "one.example", &one, 1);
	report(day, "one.example", &two, 1);
	report(day, "two.example", &two, 1);
	evidence = channel("forward.example")->evidence;
	while (evidence != NULL && strcmp(evidence->rule, "intact") != 0)
		evidence = evidence->next;
	cr_assert_neq(evidence, NULL);
	cr_expect_eq(evidence->row_count, 3);
	cr_expect_eq(evidence->rows[0].report + 5, evidence->rows[1].report);
	cr_expect_eq(evidence->rows[0].report + 6, evidence->rows[2].report);
}
