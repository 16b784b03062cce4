/*
 * The sessions of a server: each joins a connected socket to a conversation
 * (ingest/lmtp.h).  Whole messages are read by workers and handed to the server's
 * deliver() together.
 *
 * What a client can make a session keep is bounded: its message by SIZE, its
 * unread replies by not reading more commands, its silence by a time limit.
 */
#ifndef INGEST_SESSIONS_H
#define INGEST_SESSIONS_H

#include <stddef.h>

struct event_base;
struct pool;
struct server_config;
struct sessions;
struct spool_room;

/* All must stay while there are sessions; without a pool messages are not
 * read. */
struct sessions *sessions_new(struct event_base *base,
    const struct server_config *config, struct pool *pool,
    struct spool_room *room);

/* Ends those that are left, without a word. */
void sessions_free(struct sessions *sessions);

/* Never more than MAX_SESSIONS may be started. */
size_t sessions_count(const struct sessions *sessions);

/* How many of them wait for their verdict. */
size_t sessions_waiting(const struct sessions *sessions);

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
