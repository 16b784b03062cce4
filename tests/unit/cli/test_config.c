#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"
#include "cli/config.h"

static struct arena arena;

static bool
read_text(const char *text, struct config *out, struct error *err)
{
	/* fmemopen() wants a byte, and "r" leaves the text alone. */
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	bool ok;

	*out = (struct config) { 0 };
	ok = config_read_file(file, "reports.conf", &arena, out, err);
	fclose(file);
	return ok;
}

Test(config, reads_every_key)
{
	struct config config;
	struct address address;
	struct error err;

	cr_assert(read_text("# ours\n"
			    "[domains]\n"
			    "own = Example.org, example.net.\n"
			    "\n"
			    "[networks]\n"
			    "own = 192.0.2.0/24,\n"
			    "  2001:db8::/48\n"
			    "[store]\n"
			    "path = /srv/reports.db ; the big disk\n"
			    "[listen]\n"
			    "socket = /run/reports/lmtp\n"
			    "socket_mode = 0660\n"
			    "inet = [::1]:2424\n"
			    "hostname = mx.example.org\n"
			    "recipients = dmarc@Example.org, tls.example.org\n"
			    "[authentication]\n"
			    "authserv_id = mx.example.org, MX2\n"
			    "trusted_ar_count = 2\n",
		      &config, &err),
	    "%s", err.text);
	cr_assert_eq(config.own.domain_count, 2);
	cr_expect_str_eq(config.own.domains[0], "example.org");
	cr_expect_str_eq(config.own.domains[1], "example.net");
	cr_assert_eq(config.own.network_count, 2);
	cr_assert(address_parse(bytes_of("2001:db8::1"), &address));
	cr_expect(network_contains(&config.own.networks[1], &address));
	cr_expect_str_eq(config.store_path, "/srv/reports.db");
	cr_expect_str_eq(config.socket, "/run/reports/lmtp");
	cr_expect(config.has_socket_mode);
	cr_expect_eq(config.socket_mode, 0660);
	cr_expect_str_eq(config.inet, "[::1]:2424");
	cr_expect_str_eq(config.hostname, "mx.example.org");
	cr_assert_eq(config.recipient_count, 2);
	cr_assert_eq(config.authentication.authserv_id_count, 2);
	cr_expect_str_eq(
	    config.authentication.authserv_ids[0], "mx.example.org");
	cr_expect_str_eq(config.authentication.authserv_ids[1], "MX2");
	cr_expect_eq(config.authentication.trusted_ar_count, 2);
}

Test(config, adds_to_a_list_that_is_given_again)
{
	struct config config;
	struct error err;

	cr_assert(read_text(
	    "[domains]\nown = a.example\nown = b.example\n", &config, &err));
	cr_expect_eq(config.own.domain_count, 2);
}

Test(config, reads_labels_of_domains_and_networks)
{
	struct config config;
	struct error err;

	cr_assert(read_text("[labels]\n"
			    "Lists.example.org = list\n"
			    "192.0.2.0/24 = forward\n"
			    "2001:db8:1::/48 = vendor\n",
		      &config, &err),
	    "%s", err.text);
	cr_assert_eq(config.label_count, 3);
	cr_expect_str_eq(config.labels[0].domain, "lists.example.org");
	cr_expect_eq(config.labels[0].class, CLASS_LIST);
	cr_expect_eq(config.labels[1].class, CLASS_FORWARDER);
	cr_expect_str_eq(config.labels[2].domain, "2001:db8:1::/48");
	cr_expect_eq(config.labels[2].class, CLASS_VENDOR);
	cr_expect_not(
	    read_text("[labels]\na.example = nothing\n", &config, &err));
	cr_expect_not(read_text("[labels]\n$ = list\n", &config, &err));
}

Test(config, reads_servers_with_and_without_a_port)
{
	static const char *const wrong[] = { "dns.example",
		"192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
		"192.0.2.53:-1", "[2001:db8::53", "[]:53" };
	struct config config;
	struct error err;
	char text[80];
	size_t i;

	cr_assert(read_text("[resolve]\nservers = 192.0.2.53, 192.0.2.54:54 "
			    "2001:db8::53 [2001:db8::54]:54\n",
		      &config, &err),
	    "%s", err.text);
	cr_expect_str_eq(config.resolve_servers,
	    "192.0.2.53:53,192.0.2.54:54,[2001:db8::53]:53,"
	    "[2001:db8::54]:54");
	for (i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(
		    text, sizeof(text), "[resolve]\nservers = %s\n", wrong[i]);
		cr_expect_not(read_text(text, &config, &err), "%s", wrong[i]);
	}
}

Test(config, says_which_line_is_wrong_and_what_is_known)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[listen]\n\nx = 1\n",
		    "reports.conf:3: unknown key 'x' in [listen]; known are: "
		    "socket, socket_mode, inet, group, control, workers, "
		    "hostname, recipients" },
		{ "[lisen]\nsocket = x\n",
		    "reports.conf:2: unknown section 'lisen'; known are: "
		    "domains, networks, labels, data, store, listen, "
		    "resolve, geo, authentication, prune" },
		{ "socket = x\n",
		    "reports.conf:1: 'socket' stands before the first "
		    "section; known are: domains, networks, labels, data, "
		    "store, listen, "
		    "resolve, geo, authentication, prune" },
		{ "[listen]\nwhat is this\n",
		    "reports.conf:2: neither '[section]' nor 'key = value'" },
		{ "[domains]\nown = a.example, b example!\n",
		    "reports.conf:2: 'own' in [domains]: 'example!' is not a "
		    "domain" },
		{ "[domains]\nown =\n",
		    "reports.conf:2: 'own' in [domains]: has no value" },
		{ "[domains]\nown = a.example\n  b..example\n",
		    "reports.conf:3: 'own' in [domains]: 'b..example' is not "
		    "a domain" },
		{ "[networks]\nown = 192.0.2.0/33\n",
		    "reports.conf:2: 'own' in [networks]: '192.0.2.0/33' is "
		    "not a network such as 192.0.2.0/24 or 2001:db8::/48" },
		{ "[store]\npath = a\npath = b\n",
		    "reports.conf:3: 'path' in [store]: is given twice (a "
		    "line that begins with a blank goes on with the key "
		    "before it)" },
		{ "[listen]\nsocket_mode = 0888\n",
		    "reports.conf:2: 'socket_mode' in [listen]: '0888' is no "
		    "octal mode such as 0660" },
		{ "[listen]\nsocket_mode = 1777\n",
		    "reports.conf:2: 'socket_mode' in [listen]: '1777' is no "
		    "octal mode such as 0660" },
		{ "[listen]\nhostname = mx example\n",
		    "reports.conf:2: 'hostname' in [listen]: 'mx example' is "
		    "not the name of a host" },
		{ "[listen]\nrecipients = @example.org\n",
		    "reports.conf:2: 'recipients' in [listen]: '@example.org' "
		    "is neither an address nor a domain" },
		{ "[authentication]\nauthserv_id = ,\n",
		    "reports.conf:2: 'authserv_id' in [authentication]: has "
		    "no value" },
		{ "[authentication]\ntrusted_ar_count = 0\n",
		    "reports.conf:2: 'trusted_ar_count' in [authentication]: "
		    "'0' is not a number from 1 to 10" },
		{ "[authentication]\ntrusted_ar_count = -1\n",
		    "reports.conf:2: 'trusted_ar_count' in [authentication]: "
		    "'-1' is not a number from 1 to 10" },
		{ "[authentication]\ntrusted_ar_count = 11\n",
		    "reports.conf:2: 'trusted_ar_count' in [authentication]: "
		    "'11' is not a number from 1 to 10" },
		{ "[authentication]\ntrusted_ar_count = 1\n"
		  "trusted_ar_count = 2\n",
		    "reports.conf:3: 'trusted_ar_count' in [authentication]: "
		    "is given twice" },
		/* the first error is the one */
		{ "[listen]\nx = 1\ny = 1\n",
		    "reports.conf:2: unknown key 'x' in [listen]; known are: "
		    "socket, socket_mode, inet, group, control, workers, "
		    "hostname, recipients" },
	};
	struct config config;
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		cr_expect(
		    !read_text(cases[i].text, &config, &err), "case %zu", i);
		cr_expect_str_eq(err.text, cases[i].error);
		cr_expect_eq(err.kind, ERROR_CONFIG);
	}
}

/* inih would take the rest of it for a line of its own. */
Test(config, refuses_a_line_that_is_too_long)
{
	struct config config;
	struct error err;
	char text[400];
	int len;

	for (len = 150; len < 300; len++) {
		snprintf(text, sizeof(text), "[store]\npath = %0*d\n", len, 7);
		if (read_text(text, &config, &err)) {
			cr_expect_eq(strlen(config.store_path), (size_t)len);
			continue;
		}
		cr_expect(len > 180);
		cr_expect_eq(err.kind, ERROR_CONFIG);
		cr_expect(
		    strstr(err.text, "reports.conf:2: the line is longer than")
			== err.text,
		    "%s", err.text);
	}
	cr_expect(!read_text(text, &config, &err));
}

Test(config, is_not_there_or_is)
{
	struct config config;
	struct error err;

	cr_expect(!config_read("/nonexistent", &arena, &config, &err));
	cr_expect_eq(err.kind, ERROR_NO_INPUT);
}

Test(config, takes_mail_for_named_recipients_alone)
{
	static const struct {
		const char *rcpt_to;
		bool accepted;
	} cases[] = {
		{ "dmarc@example.org", true },
		{ "DMARC@Example.ORG", true },
		{ "other@example.org", false },
		{ "anybody@tls.example.org", true },
		{ "anybody@sub.tls.example.org", false },
		{ "dmarc@example.org.evil.example", false },
		{ "tls.example.org", true },
		{ "", false },
	};
	struct config config;
	struct error err;
	size_t i;

	cr_assert(read_text(
	    "[listen]\nrecipients = dmarc@example.org, tls.example.org\n",
	    &config, &err));
	for (i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(config_accepts(&config, cases[i].rcpt_to),
		    cases[i].accepted, "%s", cases[i].rcpt_to);
	config.recipient_count = 0;
	cr_expect(config_accepts(&config, "other@example.org"));
}
