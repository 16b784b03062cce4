/*
 * What a client may say and what it hears (RFC 2033, RFC 5321, RFC 1870, RFC
 * 6531): the conversation itself (test_lmtp.c) and a server with sockets
 * (test_server.c) are held against the same table.
 *
 * The server is called "host", takes messages of up to 100 octets, and does
 * not take the recipient nobody@s.  A message to later@s or full@s is not
 * stored.
 */
#ifndef TESTS_TRANSCRIPTS_H
#define TESTS_TRANSCRIPTS_H

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "ingest/lmtp.h"

#define T(text)                                                                \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}
#define FULL                                                                   \
	"250-host\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n"            \
	"250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100\r\n"
#define LHLO    "LHLO client\r\n"
#define MAIL    "MAIL FROM:<a@b>\r\n"
#define RCPT    "RCPT TO:<r@s>\r\n"
#define BEGIN   MAIL RCPT "DATA\r\n"
#define M       "250 2.1.0 Sender taken\r\n"
#define R       "250 2.1.5 Recipient taken\r\n"
#define D       "354 End with a dot on a line by itself\r\n"
#define BEGUN   M R D
#define S       "250 2.0.0 Stored\r\n"
#define BYE     "221 2.0.0 Bye\r\n"
#define BIG     "552 5.3.4 Message is larger than SIZE\r\n"
#define UNKNOWN "500 5.5.1 Command not known\r\n"
#define NO_TEXT "500 5.5.2 Control characters, or not UTF-8\r\n"
#define NO_FROM "501 5.1.7 Syntax: MAIL FROM:<address>\r\n"
#define NO_TO   "501 5.1.3 Syntax: RCPT TO:<address>\r\n"
#define ARGS    "501 5.5.4 There is no argument to this\r\n"
#define NEED    "501 5.5.4 An argument is missing\r\n"
#define PARAM   "555 5.5.4 Parameter not known\r\n"
#define FIRST   "503 5.5.1 Say LHLO first\r\n"
#define NO_RCPT "503 5.5.1 There is no recipient\r\n"
#define TEN     "1234567890"
#define FIFTY   TEN TEN TEN TEN TEN

/* One conversation: what the client says, what it hears, and what is handed
 * out, as "from>to,to|message" with a newline behind each. */
struct transcript {
	const char *name;
	struct bytes says, hears, handed_out;
};

/* Before LHLO. */
static const struct transcript first_words[] = {
	{ "LHLO", T(LHLO), T(FULL), T("") },
	{ "lhlo in small letters", T("lhlo client\r\n"), T(FULL), T("") },
	{ "an address as a name", T("LHLO [IPv6:::1]\r\n"), T(FULL), T("") },
	{ "blanks at the end", T("LHLO client \t \r\n"), T(FULL), T("") },
	{ "LHLO without a name", T("LHLO\r\n"), T(NEED), T("") },
	{ "LHLO and a blank", T("LHLO \r\n"), T(NEED), T("") },
	{ "LHLO with two names", T("LHLO a b\r\n"),
	    T("501 5.5.4 Syntax: LHLO name\r\n"), T("") },
	{ "HELO", T("HELO c\r\n"), T("500 5.5.1 This is LMTP: say LHLO\r\n"),
	    T("") },
	{ "EHLO", T("EHLO c\r\n"), T("500 5.5.1 This is LMTP: say LHLO\r\n"),
	    T("") },
	{ "MAIL before LHLO", T(MAIL), T(FIRST), T("") },
	{ "RCPT before LHLO", T(RCPT), T(FIRST), T("") },
	{ "DATA before LHLO", T("DATA\r\n"), T(FIRST), T("") },
	{ "a refused LHLO is none", T("LHLO\r\n" MAIL), T(NEED FIRST), T("") },
	{ "what needs no LHLO", T("NOOP\r\nRSET\r\nVRFY x\r\nHELP\r\nQUIT\r\n"),
	    T("250 2.0.0 Still here\r\n250 2.0.0 Forgotten\r\n"
	      "252 2.0.0 Try RCPT\r\n"
	      "214 2.0.0 LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT\r\n" BYE),
	    T("") },
	{ "nothing after QUIT", T("QUIT\r\nNOOP\r\n"), T(BYE), T("") },
	{ "RSET with an argument, before LHLO", T("RSET x\r\n"), T(ARGS),
	    T("") },
	{ "QUIT with an argument, before LHLO", T("QUIT now\r\n"), T(ARGS),
	    T("") },
	{ "LHLO again and again", T(LHLO LHLO), T(FULL FULL), T("") },
	{ "HELO after LHLO", T(LHLO "HELO c\r\n" MAIL),
	    T(FULL "500 5.5.1 This is LMTP: say LHLO\r\n" M), T("") },
	{ "AUTH is not offered", T(LHLO "AUTH PLAIN AGEAYg==\r\n"),
	    T(FULL UNKNOWN), T("") },
	{ "XCLIENT and XFORWARD are not",
	    T("XCLIENT ADDR=1\r\nXFORWARD A=b\r\n"), T(UNKNOWN UNKNOWN),
	    T("") },
	{ "VRFY and HELP with arguments", T("VRFY a b\r\nHELP MAIL\r\n"),
	    T("252 2.0.0 Try RCPT\r\n"
	      "214 2.0.0 LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT\r\n"),
	    T("") },
	{ "TLS is not offered", T("STARTTLS\r\n"), T(UNKNOWN), T("") },
};

/* After LHLO. */
static const struct transcript transcripts[] = {
	{ "a delivery", T(BEGIN "x\r\n.\r\nQUIT\r\n"), T(BEGUN S BYE),
	    T("a@b>r@s|x\r\n\n") },
	{ "two deliveries", T(BEGIN "x\r\n.\r\n" BEGIN "y\r\n.\r\n"),
	    T(BEGUN S BEGUN S), T("a@b>r@s|x\r\n\na@b>r@s|y\r\n\n") },
	{ "a reply for each accepted recipient",
	    T(MAIL RCPT "RCPT TO:<nobody@s>\r\n" RCPT "DATA\r\nx\r\n.\r\n"),
	    T(M R
		"550 5.1.1 No reports are taken for this address\r\n" R D S S),
	    T("a@b>r@s,r@s|x\r\n\n") },
	{ "commands in small letters",
	    T("mail from:<a@b>\r\nrcpt to:<r@s>\r\ndata\r\n.\r\nquit\r\n"),
	    T(BEGUN S BYE), T("a@b>r@s|\n") },
	{ "the null path", T("MAIL FROM:<>\r\n" RCPT "DATA\r\n.\r\n"),
	    T(BEGUN S), T(">r@s|\n") },
	{ "try again later", T(MAIL "RCPT TO:<later@s>\r\nDATA\r\n.\r\n"),
	    T(BEGUN "451 4.3.0 Not stored, try again later\r\n"),
	    T("a@b>later@s|\n") },
	{ "a full disk", T(MAIL "RCPT TO:<full@s>\r\n" RCPT "DATA\r\n.\r\n"),
	    T(M R R D "452 4.3.1 No room, try again later\r\n"
		      "452 4.3.1 No room, try again later\r\n"),
	    T("a@b>full@s,r@s|\n") },

	{ "EXPN, TURN, SEND", T("EXPN x\r\nTURN\r\nSEND FROM:<a@b>\r\n"),
	    T(UNKNOWN UNKNOWN UNKNOWN), T("") },
	{ "verdicts of two messages in one packet",
	    T(MAIL "RCPT TO:<later@s>\r\nDATA\r\n.\r\n" BEGIN ".\r\n"),
	    T(BEGUN "451 4.3.0 Not stored, try again later\r\n" BEGUN S),
	    T("a@b>later@s|\na@b>r@s|\n") },
	{ "RSET twice", T("RSET\r\nRSET\r\n"),
	    T("250 2.0.0 Forgotten\r\n250 2.0.0 Forgotten\r\n"), T("") },
	{ "a transaction that goes on after NOOP",
	    T(MAIL "NOOP\r\n" RCPT "VRFY r\r\nDATA\r\n.\r\n"),
	    T(M "250 2.0.0 Still here\r\n" R "252 2.0.0 Try RCPT\r\n" D S),
	    T("a@b>r@s|\n") },
	{ "the same parameter twice",
	    T("MAIL FROM:<a@b> SIZE=1 SIZE=2 BODY=7BIT BODY=8BITMIME\r\n"),
	    T(M), T("") },
	{ "a parameter with a sign and no value",
	    T("MAIL FROM:<a@b> BODY=\r\n"),
	    T("501 5.5.4 BODY is 7BIT or 8BITMIME\r\n"), T("") },
	{ "a refused parameter leaves no sender",
	    T("MAIL FROM:<a@b> BODY=X\r\n" RCPT),
	    T("501 5.5.4 BODY is 7BIT or 8BITMIME\r\n"
	      "503 5.5.1 Say MAIL first\r\n"),
	    T("") },
	{ "DATA, and its message in the same packet as the next",
	    T(BEGIN "x\r\n.\r\nRSET\r\n" BEGIN "y\r\n.\r\n" BEGIN ".\r\n"),
	    T(BEGUN S "250 2.0.0 Forgotten\r\n" BEGUN S BEGUN S),
	    T("a@b>r@s|x\r\n\na@b>r@s|y\r\n\na@b>r@s|\n") },
	{ "a line of nothing but dots", T(BEGIN ".....\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|....\r\n\n") },
	{ "many empty lines", T(BEGIN "\r\n\r\n\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|\r\n\r\n\r\n\n") },
	{ "CR at the end of a message", T(BEGIN "x\r\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\r\n\n") },
	{ "a dot behind a blank", T(BEGIN " .\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s| .\r\n\n") },
	{ "a recipient with a source route that is not taken",
	    T(MAIL "RCPT TO:<@x:nobody@s>\r\n"),
	    T(M "550 5.1.1 No reports are taken for this address\r\n"), T("") },

	/* order */
	{ "RCPT before MAIL", T(RCPT), T("503 5.5.1 Say MAIL first\r\n"),
	    T("") },
	{ "DATA before MAIL", T("DATA\r\n"), T(NO_RCPT), T("") },
	{ "DATA before RCPT", T(MAIL "DATA\r\n" RCPT), T(M NO_RCPT R), T("") },
	{ "DATA when no recipient is taken",
	    T(MAIL "RCPT TO:<nobody@s>\r\nDATA\r\n.\r\nNOOP\r\n"),
	    T(M "550 5.1.1 No reports are taken for this address\r\n" NO_RCPT
		    UNKNOWN "250 2.0.0 Still here\r\n"),
	    T("") },
	{ "MAIL twice", T(MAIL "MAIL FROM:<c@d>\r\n" RCPT "DATA\r\n.\r\n"),
	    T(M "503 5.5.1 MAIL was said already\r\n" R D S), T("a@b>r@s|\n") },
	{ "RSET forgets", T(MAIL RCPT "RSET\r\nDATA\r\n" RCPT),
	    T(M R "250 2.0.0 Forgotten\r\n" NO_RCPT
		  "503 5.5.1 Say MAIL first\r\n"),
	    T("") },
	{ "RSET, and another", T(MAIL RCPT "RSET\r\n" BEGIN ".\r\n"),
	    T(M R "250 2.0.0 Forgotten\r\n" BEGUN S), T("a@b>r@s|\n") },
	{ "a second LHLO forgets", T(MAIL RCPT LHLO "DATA\r\n" MAIL),
	    T(M R FULL NO_RCPT M), T("") },
	{ "a refused LHLO forgets nothing",
	    T(MAIL RCPT "LHLO\r\nDATA\r\n.\r\n"), T(M R NEED D S),
	    T("a@b>r@s|\n") },
	{ "a message ends the transaction", T(BEGIN ".\r\n" RCPT),
	    T(BEGUN S "503 5.5.1 Say MAIL first\r\n"), T("a@b>r@s|\n") },

	/* arguments */
	{ "DATA with an argument", T(MAIL RCPT "DATA x\r\n"), T(M R ARGS),
	    T("") },
	{ "RSET with an argument", T("RSET x\r\n"), T(ARGS), T("") },
	{ "QUIT with an argument", T("QUIT x\r\nNOOP\r\n"),
	    T(ARGS "250 2.0.0 Still here\r\n"), T("") },
	{ "NOOP with an argument", T("NOOP x y\r\n"),
	    T("250 2.0.0 Still here\r\n"), T("") },
	{ "VRFY without one", T("VRFY\r\n"), T(NEED), T("") },
	{ "MAIL without one", T("MAIL\r\n"), T(NEED), T("") },
	{ "an unknown command", T("BDAT 5 LAST\r\n"), T(UNKNOWN), T("") },
	{ "a name that is too long", T("NOOPS\r\nNOO\r\n"), T(UNKNOWN UNKNOWN),
	    T("") },
	{ "an empty line", T("\r\n"), T(UNKNOWN), T("") },
	{ "a blank first", T(" NOOP\r\n"), T(UNKNOWN), T("") },
	{ "MAIL TO", T("MAIL TO:<a@b>\r\n"), T(NO_FROM), T("") },
	{ "RCPT FROM", T(MAIL "RCPT FROM:<a@b>\r\n"), T(M NO_TO), T("") },

	/* parameters */
	{ "all we know",
	    T("MAIL FROM:<a@b> SIZE=100 BODY=8BITMIME SMTPUTF8\r\n"), T(M),
	    T("") },
	{ "all in small letters",
	    T("MAIL FROM:<a@b> size=0 body=7bit smtputf8\r\n"), T(M), T("") },
	{ "blanks between", T("MAIL FROM:<a@b>   BODY=7BIT  \r\n"), T(M),
	    T("") },
	{ "too large", T("MAIL FROM:<a@b> SIZE=101\r\n" RCPT),
	    T(BIG "503 5.5.1 Say MAIL first\r\n"), T("") },
	{ "larger than any number",
	    T("MAIL FROM:<a@b> SIZE=99999999999999999999\r\n"), T(BIG), T("") },
	{ "more digits than allowed",
	    T("MAIL FROM:<a@b> SIZE=000000000000000000001\r\n"),
	    T("501 5.5.4 SIZE is a number of up to 20 digits\r\n"), T("") },
	{ "SIZE without a value", T("MAIL FROM:<a@b> SIZE=\r\n"),
	    T("501 5.5.4 SIZE is a number of up to 20 digits\r\n"), T("") },
	{ "SIZE that is no number", T("MAIL FROM:<a@b> SIZE=1k\r\n"),
	    T("501 5.5.4 SIZE is a number of up to 20 digits\r\n"), T("") },
	{ "a negative SIZE", T("MAIL FROM:<a@b> SIZE=-1\r\n"),
	    T("501 5.5.4 SIZE is a number of up to 20 digits\r\n"), T("") },
	{ "BODY of another kind", T("MAIL FROM:<a@b> BODY=BINARYMIME\r\n"),
	    T("501 5.5.4 BODY is 7BIT or 8BITMIME\r\n"), T("") },
	{ "SMTPUTF8 with a value", T("MAIL FROM:<a@b> SMTPUTF8=1\r\n"),
	    T("501 5.5.4 SMTPUTF8 has no value\r\n"), T("") },
	{ "one we do not know", T("MAIL FROM:<a@b> RET=HDRS\r\n" MAIL),
	    T(PARAM M), T("") },
	{ "any of RCPT", T(MAIL "RCPT TO:<r@s> NOTIFY=NEVER\r\n"), T(M PARAM),
	    T("") },

	/* paths */
	{ "a blank after the colon",
	    T("MAIL FROM: <a@b>\r\nRCPT TO: <r@s>\r\nDATA\r\n.\r\n"),
	    T(BEGUN S), T("a@b>r@s|\n") },
	{ "two blanks after it", T("MAIL FROM:  <a@b>\r\n"), T(NO_FROM),
	    T("") },
	{ "source routes",
	    T("MAIL FROM:<@x,@y.z:a@b>\r\nRCPT TO:<@[::1]:r@s>\r\n"
	      "DATA\r\n.\r\n"),
	    T(BEGUN S), T("a@b>r@s|\n") },
	{ "half a source route",
	    T("MAIL FROM:<@x>\r\nMAIL FROM:<@x,a@b>\r\nMAIL FROM:<@:a@b>\r\n"),
	    T(NO_FROM NO_FROM NO_FROM), T("") },
	{ "quoted local parts",
	    T("MAIL FROM:<\"a >\\\" b\"@c> SIZE=1\r\n"
	      "RCPT TO:<\"\"@s>\r\nDATA\r\n.\r\n"),
	    T(BEGUN S), T("\"a >\\\" b\"@c>\"\"@s|\n") },
	{ "a quote that does not end", T("MAIL FROM:<\"a@b>\r\n"), T(NO_FROM),
	    T("") },
	{ "a quote that ends in a backslash", T("MAIL FROM:<\"\\\r\n"),
	    T(NO_FROM), T("") },
	{ "address literals",
	    T("MAIL FROM:<a@[192.0.2.1]>\r\n"
	      "RCPT TO:<r@[IPv6:2001:db8::1]>\r\nDATA\r\n.\r\n"),
	    T(BEGUN S), T("a@[192.0.2.1]>r@[IPv6:2001:db8::1]|\n") },
	{ "UTF-8",
	    T("MAIL FROM:<m\xc3\xbcller@\xe4\xbe\x8b> SMTPUTF8\r\n"
	      "RCPT TO:<\xf0\x9f\x93\xa7@s>\r\nDATA\r\n.\r\n"),
	    T(BEGUN S), T("m\xc3\xbcller@\xe4\xbe\x8b>\xf0\x9f\x93\xa7@s|\n") },
	{ "8 bits that are not UTF-8",
	    T("MAIL FROM:<m\xfcller@b>\r\nMAIL FROM:<\xc3>\r\n"
	      "MAIL FROM:<\xc0\xaf@b>\r\nMAIL FROM:<\xed\xa0\x80@b>\r\n"
	      "MAIL FROM:<\xf4\x90\x80\x80@b>\r\n"),
	    T(NO_TEXT NO_TEXT NO_TEXT NO_TEXT NO_TEXT), T("") },
	{ "the postmaster",
	    T(MAIL "RCPT TO:<PostMaster>\r\nRCPT TO:<Postmaster@s>\r\n"
		   "DATA\r\n.\r\n"),
	    T(M R R D S S), T("a@b>PostMaster,Postmaster@s|\n") },
	{ "the postmaster as a sender", T("MAIL FROM:<postmaster>\r\n"),
	    T(NO_FROM), T("") },
	{ "the null path as a recipient", T(MAIL "RCPT TO:<>\r\n"), T(M NO_TO),
	    T("") },
	{ "dots anywhere", T("MAIL FROM:<.a..b.@c.d.>\r\n"), T(M), T("") },
	{ "paths that are none",
	    T("MAIL FROM:a@b\r\nMAIL FROM:<a@b\r\nMAIL FROM:<a>\r\n"
	      "MAIL FROM:<@b>\r\nMAIL FROM:<a@>\r\nMAIL FROM:<a@b>c\r\n"
	      "MAIL FROM:<a@b@c>\r\nMAIL FROM:<a b@c>\r\nMAIL FROM:\r\n"
	      "MAIL FROM <a@b>\r\nMAIL FROM:<a@[b>\r\nMAIL FROM:<a@b,c>\r\n"),
	    T(NO_FROM NO_FROM NO_FROM NO_FROM NO_FROM NO_FROM NO_FROM NO_FROM
		    NO_FROM NO_FROM NO_FROM NO_FROM),
	    T("") },

	/* line ends and control characters in commands */
	{ "a bare LF ends no command", T("NOOP\nQUIT\r\nNOOP\r\n"),
	    T(NO_TEXT "250 2.0.0 Still here\r\n"), T("") },
	{ "a bare LF first", T("\nQUIT\r\n"), T(NO_TEXT), T("") },
	{ "LF and CRLF", T("NOOP\n\r\n"), T(NO_TEXT), T("") },
	{ "a bare CR ends no command", T("NOOP\rQUIT\r\n"), T(NO_TEXT), T("") },
	{ "CR and CRLF", T("NOOP\r\r\n"), T(NO_TEXT), T("") },
	{ "LF and CR", T("NOOP\n\rQUIT\r\n"), T(NO_TEXT), T("") },
	{ "DATA and a bare LF", T(MAIL RCPT "DATA\nx\r\n.\r\n"),
	    T(M R NO_TEXT UNKNOWN), T("") },
	{ "NUL", T("NOOP\0\r\nNO\0OP\r\n\0QUIT\r\n"),
	    T(NO_TEXT NO_TEXT NO_TEXT), T("") },
	{ "a tab within", T("MAIL\tFROM:<a@b>\r\n"), T(NO_TEXT), T("") },
	{ "other control characters", T("NOOP \x1b[0m\r\nNOOP \x7f\r\n"),
	    T(NO_TEXT NO_TEXT), T("") },

	/* the message */
	{ "an empty message", T(BEGIN ".\r\n"), T(BEGUN S), T("a@b>r@s|\n") },
	{ "an empty line", T(BEGIN "\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|\r\n\n") },
	{ "stuffed dots", T(BEGIN "..\r\n...x\r\n.x\r\nx.\r\n.\r\n"),
	    T(BEGUN S), T("a@b>r@s|.\r\n..x\r\nx\r\nx.\r\n\n") },
	{ "any octet", T(BEGIN "\0\xff\x80\x1a\x04\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|\0\xff\x80\x1a\x04\r\n\n") },
	{ "commands in a message", T(BEGIN "QUIT\r\nDATA\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|QUIT\r\nDATA\r\n\n") },
	{ "QUIT right behind", T(BEGIN ".\r\nQUIT\r\nNOOP\r\n"), T(BEGUN S BYE),
	    T("a@b>r@s|\n") },
	{ "a message that is not whole", T(BEGIN "x\r\n."), T(BEGUN), T("") },
	{ "just as large as allowed",
	    T(BEGIN FIFTY "12345678\r\n" TEN TEN TEN "12345678\r\n.\r\n"),
	    T(BEGUN S),
	    T("a@b>r@s|" FIFTY "12345678\r\n" TEN TEN TEN "12345678\r\n\n") },
	{ "an octet larger",
	    T(BEGIN FIFTY FIFTY ".\r\n.\r\n" BEGIN "x\r\n.\r\n"),
	    T(BEGUN BIG BEGUN S), T("a@b>r@s|x\r\n\n") },
	{ "too large for each of two recipients",
	    T(MAIL RCPT RCPT "DATA\r\n" FIFTY FIFTY "x\r\n.x\r\n.\r\nNOOP\r\n"),
	    T(M R R D BIG BIG "250 2.0.0 Still here\r\n"), T("") },
	{ "dropped dots do not count",
	    T(BEGIN FIFTY "12345678\r\n." TEN TEN TEN "12345678\r\n.\r\n"),
	    T(BEGUN S),
	    T("a@b>r@s|" FIFTY "12345678\r\n" TEN TEN TEN "12345678\r\n\n") },

	/* what must not end a message (SMTP smuggling) */
	{ "LF . LF", T(BEGIN "x\n.\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\n.\ny\r\n\n") },
	{ "LF . CRLF", T(BEGIN "x\n.\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\n.\r\ny\r\n\n") },
	{ "CR . CR", T(BEGIN "x\r.\ry\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r.\ry\r\n\n") },
	{ "CR . CRLF", T(BEGIN "x\r.\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r.\r\ny\r\n\n") },
	{ "CRLF . LF", T(BEGIN "x\r\n.\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\ny\r\n\n") },
	{ "CRLF . CR", T(BEGIN "x\r\n.\ry\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\ry\r\n\n") },
	{ "CRLF . CR CRLF", T(BEGIN "x\r\n.\r\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\r\r\ny\r\n\n") },
	{ "CRLF . CR . CRLF", T(BEGIN "x\r\n.\r.\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\r.\r\ny\r\n\n") },
	{ "CR CRLF . CRLF is an end", T(BEGIN "x\r\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\r\n\n") },
	{ "LF CR . CRLF", T(BEGIN "x\n\r.\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\n\r.\r\ny\r\n\n") },
	{ "CRLF NUL . CRLF", T(BEGIN "x\r\n\0.\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\0.\r\ny\r\n\n") },
	{ "CRLF . NUL CRLF", T(BEGIN "x\r\n.\0\r\ny\r\n.\r\n"), T(BEGUN S),
	    T("a@b>r@s|x\r\n\0\r\ny\r\n\n") },
	{ "LF . LF first", T(BEGIN ".\nMAIL FROM:<c@d>\n.\r\n\r\n.\r\n"),
	    T(BEGUN S), T("a@b>r@s|\nMAIL FROM:<c@d>\n.\r\n\r\n\n") },
	{ "the LF of the end is not the command's",
	    T(BEGIN "x\r\n.\r\n\nNOOP\r\n"), T(BEGUN S NO_TEXT),
	    T("a@b>r@s|x\r\n\n") },
};

static inline bool
transcript_accepts(void *context, const char *rcpt_to)
{
	(void)context;
	return strcmp(rcpt_to, "nobody@s") != 0;
}

static inline enum lmtp_verdict
transcript_verdict(const struct lmtp_envelope *envelope)
{
	enum lmtp_verdict verdict = LMTP_STORED;
	size_t i;

	for (i = 0; i < envelope->rcpt_count; i++) {
		if (strcmp(envelope->rcpt_to[i], "later@s") == 0)
			verdict = LMTP_TRY_LATER;
		if (strcmp(envelope->rcpt_to[i], "full@s") == 0)
			verdict = LMTP_NO_ROOM;
	}
	return verdict;
}

#endif
