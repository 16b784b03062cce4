/*
 * The sessions of a server: each joins a connected socket to a conversation
 * (ingest/lmtp.h).  Messages that become whole in one round of the event loop
 * are handed to the server's deliver() together.
 *
 * What a client can make a session keep is bounded: its message by SIZE, its
 * unread replies by not reading more commands, its silence by a time limit.
 */
#ifndef INGEST_SESSIONS_H
#define INGEST_SESSIONS_H

#include <stddef.h>

struct event_base;
struct server_config;
struct sessions;

/* Both must stay while there are sessions. */
struct sessions *sessions_new(
    struct event_base *base, const struct server_config *config);

/* Ends those that are left, without a word. */
void sessions_free(struct sessions *sessions);

/* Never more than MAX_SESSIONS may be started. */
size_t sessions_count(const struct sessions *sessions);

/* Takes over a connected socket that does not block. */
void sessions_start(struct sessions *sessions, int fd, const char *peer);

/*
 * Hangs up on clients that are between messages, and on the others after
 * their message; ends the event loop when none is left.
 */
void sessions_finish(struct sessions *sessions);

/* Hangs up on all, but for whole messages that wait for their verdict. */
void sessions_dismiss(struct sessions *sessions);

#endif
