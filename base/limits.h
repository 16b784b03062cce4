/*
 * Every bound on what comes from outside, each with its reason.  Nothing else
 * in the program decides how much is too much.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* --- LMTP (RFC 2033, RFC 5321 4.5.3.1) --- */

/* Postfix's default message_size_limit is 10 MB; what it takes, we take. */
#define MAX_MESSAGE (50UL * 1024 * 1024)
/* RFC 5321 asks for 512 and more for extensions; Postfix reads 2048. */
#define MAX_COMMAND 2048
/* RFC 5321 4.5.3.1.3 asks for 256; addresses that carry another are longer. */
#define MAX_PATH_LENGTH 1024
/* RFC 5321 4.5.3.1.2; the client's name for itself. */
#define MAX_LHLO_NAME 255
/* RFC 5321 4.5.3.1.8 asks for 100; Postfix sends 50 at a time by default. */
#define MAX_RECIPIENTS 1000
/* A client that only makes errors is not a mail system. */
#define MAX_SESSION_ERRORS 20
/* Postfix opens 20 by default, several Postfixes a few hundred. */
#define MAX_SESSIONS 1000
/* RFC 5321 4.5.3.2.7: a server waits at least five minutes. */
#define IDLE_SECONDS 300
/* At SIGTERM, a message on its way may finish. */
#define SHUTDOWN_SECONDS 10

/* What the listener tells of itself; it is a page. */
#define MAX_STATUS (32UL * 1024)

/* --- a message (RFC 5322, RFC 2045) --- */

/* Bounces of bounces; real reports nest three parts deep. */
#define MAX_MIME_DEPTH 16
/* Real reports have fewer than ten. */
#define MAX_MIME_PARTS 200
/* Bytes of one field of MIME; real ones stay below one kB. */
#define MAX_MIME_FIELD (64UL * 1024)
/* Of one field of MIME; a file name in pieces takes three. */
#define MAX_PARAMETERS 50
/* Comments in comments, in a header; nobody writes three. */
#define MAX_COMMENT_DEPTH 200
/* A forwarded report is one message in another. */
#define MAX_MESSAGE_DEPTH 3
/* In mboxes that were packed to file them away: years of reports, and they are
 * all one message to us. */
#define MAX_PACKED_MESSAGES 10000
/* RFC 5322 has no bound; real headers stay below 64 kB. */
#define MAX_HEADER (1024UL * 1024)
/* A header field worth keeping. */
#define MAX_HEADER_TEXT 2000
/* Authentication-Results that bear our own name; three filters write three. */
#define MAX_AUTHRES_FIELDS 10
/* Results in one of them: as many as there are signatures, and a few. */
#define MAX_AUTHRES_RESULTS 100
/* Properties of one result; dkim has five. */
#define MAX_AUTHRES_PROPERTIES 50
/* DKIM signatures of one message; verifiers look at far fewer. */
#define MAX_SIGNATURES 100

/* --- containers --- */

/* The largest real report seen was 71 MB of XML (100,000 records). */
#define MAX_UNPACKED (192UL * 1024 * 1024)
/* XML of reports packs 30 to 60 times; zlib's limit is 1030. */
#define MAX_RATIO 400
/* The ratio is judged once this much has come out. */
#define MIN_RATIO_BYTES (1024UL * 1024)
/* A zip holds one report, rarely two. */
#define MAX_MEMBERS 100
/* gzip in zip, gzip in gzip: one container in another. */
#define MAX_UNPACK_DEPTH 2

/* --- reports --- */

/* The last second of the year 9999, which is as far as dates are written. */
#define MAX_TIME 253402300799

/* --- DMARC reports --- */

/* Twice the largest real report seen. */
#define MAX_DMARC_RECORDS 250000
/* RFC 9990 3.1.3: a hundred signatures a row. */
#define MAX_DKIM_RESULTS 200
#define MAX_SPF_RESULTS  50
/* Override reasons of one record; two is much. */
#define MAX_REASONS 50
/* Errors in the metadata. */
#define MAX_METADATA_ERRORS 100
/* Text of one element; comments with ARC chains reach 2 kB. */
#define MAX_ELEMENT_TEXT 16384
/* The schema is six deep, extensions a little more. */
#define MAX_XML_DEPTH 64
/* libxml2 compares each attribute and namespace with each other one. */
#define MAX_XML_ATTRIBUTES 100
/* A tag or comment is held until its end; real ones have 200 bytes. */
#define MAX_XML_MARKUP (128 * 1024)
/* Remarks kept on one report; more are counted. */
#define MAX_NOTES 100

/* --- TLS reports --- */

/* The whole JSON is held in memory, where it takes 45 times its size at
 * worst; real ones are a few kB. */
#define MAX_JSON         (4UL * 1024 * 1024)
#define MAX_TLS_POLICIES 10000
#define MAX_TLS_FAILURES 100000
/* Policy strings or MX hosts of one policy. */
#define MAX_TLS_STRINGS 1000

/* --- failure reports --- */

/* The value of one field; names of hosts have 253 bytes at most. */
#define MAX_FEEDBACK_TEXT 500
/* Of a report for people, what is read: its facts stand at the top. */
#define MAX_FEEDBACK_LINES 8192

/* --- workers --- */

/* A message up to this size stays in memory, a larger one is in a file. */
#define MAX_SPOOL_MEMORY (64UL * 1024)
/* All messages on their way together; more are told to come later. */
#define MAX_SPOOLED (256UL * 1024 * 1024)
/* Reading JSON takes most: 45 times MAX_JSON.  A worker that wants more than
 * this is broken. */
#define MAX_WORKER_MEMORY (512UL * 1024 * 1024)
/* Processor time for one message; the largest takes three seconds. */
#define MAX_WORKER_CPU_SECONDS 30
/* And time on the clock, on a machine that has other things to do. */
#define MAX_WORKER_SECONDS 60
/* A worker that has read so many is replaced, in case a library loses memory
 * bit by bit. */
#define MAX_WORKER_MESSAGES 20000
/* More would only wait for one writer. */
#define MAX_WORKERS 64

/* A reading on its way from a worker; 100,000 records take 5 MB. */
#define MAX_ENCODED (64UL * 1024 * 1024)
/* And with the bytes of one report, where somebody asked for them. */
#define MAX_ANSWER (MAX_ENCODED + MAX_UNPACKED)
/* A text in it; the longest comes from JSON. */
#define MAX_ENCODED_TEXT MAX_JSON
/* What it may grow to in memory; those records take 20 MB. */
#define MAX_DECODED (256UL * 1024 * 1024)
/* Things of a kind in it, where the reader has no bound of its own: each is
 * at least an octet of the message. */
#define MAX_ENCODED_ITEMS MAX_UNPACKED
/* A code such as "limit-records"; the longest has 25 characters. */
#define MAX_CODE 40

/* --- names of addresses --- */

/* Queries on their way at once; a resolver on a small machine takes that. */
#define MAX_RESOLVE_AT_ONCE 50
/* Addresses asked for by one command; the others get no name. */
#define MAX_RESOLVE_NAMES 10000
/* Until a query is sent again, and how often it is sent.  The servers of some
 * networks never answer; those that do take well below a second. */
#define MAX_RESOLVE_QUERY_MS 1500
#define MAX_RESOLVE_TRIES    2
/* For all of them together: somebody is waiting. */
#define MAX_RESOLVE_MS 20000

/* --- countries and networks of addresses --- */

/* A name in such a file; those of networks have some 80 bytes at most. */
#define MAX_GEO_TEXT 255

/* --- files --- */

/* A line for each finding; cron reads and writes it whole. */
#define MAX_STATE_FILE (16UL * 1024 * 1024)

/* A table of names under /etc; ours have a few kB. */
#define MAX_DATA_FILE (16UL * 1024 * 1024)

/* One file, or standard input; an unpacked report may come as a file. */
#define MAX_FILE MAX_UNPACKED
/* Folders in folders under one path given to import. */
#define MAX_FOLDER_DEPTH 64

#endif
