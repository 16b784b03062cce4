#include "cli/topics.h"

#include <string.h>

#include "base/compiler.h"

const struct topic topics[] = {
	{ "dates", "which days a question is about, and in which zone",
	    "A question is about reports that begin in a period. A day is a\n"
	    "day of UTC, whatever the zone of the machine, because that is\n"
	    "what reports count in. Without any of the options below it is\n"
	    "the last 30 days of data.\n"
	    "\n"
	    "--since and --until take the first and the last day:\n"
	    "\n"
	    "    2026-01-31   that day\n"
	    "    today        by the clock, as yesterday\n"
	    "    7d, 4w, 3m   days, weeks or months, counted back from the\n"
	    "                 day on which the newest report begins\n"
	    "\n"
	    "So --since 7d is the last seven days of data, and --since 14d\n"
	    "--until 7d the seven before them. --until alone means the 30\n"
	    "days up to it. The newest report is that of the domains that\n"
	    "are asked about; one that begins after tomorrow does not count\n"
	    "as the newest.\n"
	    "\n"
	    "--period is both ends in one word, by the clock:\n"
	    "\n"
	    "    last-month, this-month, and the same of week (which begins\n"
	    "    on Monday), quarter and year\n"
	    "    today, yesterday\n"
	    "    2026-01, 2026\n"
	    "\n"
	    "--all is everything, from any time.\n" },
	{ "filters", "what else a question can be narrowed to",
	    "--domain takes a domain with all below it, --reporter a part\n"
	    "of the organisation's name or of the domain of its address,\n"
	    "--verified the verdicts of reports. Each can be given again\n"
	    "for more; different ones must all hold.\n"
	    "\n"
	    "--source, --disposition and --result are about the records of\n"
	    "DMARC reports: numbers then are of such messages alone, and\n"
	    "TLS reports have none. A list with commas means any of them;\n"
	    "--result given again means both:\n"
	    "\n"
	    "    reports failures --source 192.0.2.0/24 --disposition none\n"
	    "    reports export --result dkim-fail --result spf-pass\n"
	    "\n"
	    "A message has passed when DKIM or SPF has, aligned; that the\n"
	    "receiver delivered it says nothing about that. Reports in\n"
	    "conflict are in no number, and forged ones only when\n"
	    "--verified asks for them.\n" },
	{ "formats", "tables, CSV and JSON",
	    "--format table, the default, is for people. It is as wide as\n"
	    "the terminal, or 80 columns, or $COLUMNS; text that does not\n"
	    "fit ends with an ellipsis, and columns for which there is no\n"
	    "room at all are left out. A table of rows has the first 20,\n"
	    "and says how many more there are; --limit gives more.\n"
	    "--local shows times in the local zone, with the minute; days of\n"
	    "a period, CSV and JSON are in UTC all the same.\n"
	    "\n"
	    "--format csv has a header and a line for each row. A text that\n"
	    "a spreadsheet would take for a formula gets an apostrophe in\n"
	    "front, and control characters are written as \\n or \\x1b.\n"
	    "--bom is for Excel, which knows UTF-8 by that mark.\n"
	    "\n"
	    "--format json is one document, jsonl an object on each line.\n"
	    "\n"
	    "Columns and keys stay as they are in later versions, and new\n"
	    "ones come behind them: docs/output.md has them all. --sort\n"
	    "takes the name of a column of the CSV, whatever the format:\n"
	    "\n"
	    "    reports list --sort failed --limit 5\n"
	    "    reports list --sort org_name:desc --format csv\n" },
	{ "authenticity", "how forged reports are told from real ones",
	    "Anybody can send a report. A verdict is given when a message is\n"
	    "read, from its header alone, and is not changed by a later\n"
	    "configuration. Only Authentication-Results (RFC 8601) with a\n"
	    "configured authserv_id count, and only above the second Received\n"
	    "field of the message; of a message inside the message they never\n"
	    "do.\n"
	    "\n"
	    "    verified     DMARC has passed for the domain of From. Or,\n"
	    "                 where there is no word on DMARC, DKIM has "
	    "passed\n"
	    "                 for a domain, or SPF for that of the envelope\n"
	    "                 sender, that is the one of From, above it or\n"
	    "                 below it.\n"
	    "    failed       DMARC has failed. Or there is no word on it,\n"
	    "                 DKIM and SPF were both looked at, and at least\n"
	    "                 one failed and none passed.\n"
	    "    unverified   Neither; or there are no such fields, or From\n"
	    "                 is not a single address.\n"
	    "    suspicious   There are more such fields than\n"
	    "                 trusted_ar_count, and what the first ones say "
	    "is\n"
	    "                 not a failure. Somebody else may have written\n"
	    "                 the others. Without that key any number is\n"
	    "                 trusted.\n"
	    "    unknown      There is no authserv_id in the configuration,\n"
	    "                 or the report did not come in a message.\n"
	    "\n"
	    "A TLS report must be signed by the submitter (RFC 8460 section\n"
	    "3): it is verified when DKIM has passed for the domain in\n"
	    "TLS-Report-Submitter, else that of the report's contact-info, or\n"
	    "one above it, which also fits that of From; and when the\n"
	    "signature is in the message and covers all of its body, which\n"
	    "is, has no l= tag. With l= it is unverified. Without a signature\n"
	    "that passes, or with that of another, it is failed.\n"
	    "\n"
	    "All this rests on your mail system removing fields with its name\n"
	    "from mail that comes in; docs/postfix.md says how.\n"
	    "\n"
	    "Among reports of the same name a verified one takes the place of\n"
	    "one that is not, which becomes a conflict.\n" },
};
const size_t topic_count = COUNT_OF(topics);

const struct topic *
topic_find(const char *name)
{
	size_t i;

	for (i = 0; i < topic_count; i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}
