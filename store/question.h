/*
 * What the questions share: their rows, one after the other, and the values
 * in them.
 */
#ifndef STORE_QUESTION_H
#define STORE_QUESTION_H

#include <sqlite3.h>

#include "base/compiler.h"
#include "parse/address.h"

struct error;
struct store;

/* Of a report r in a message m; STORE_FUTURE_SECONDS. */
#define BEGINS_IN_FUTURE "r.begin > m.received + 86400"

/*
 * Hands each row to read, and ends the statement.  Fails when read does, and
 * when the file was changed under us.
 */
MUST_CHECK bool question_answer(struct store *store, sqlite3_stmt *statement,
    bool (*read)(void *to, sqlite3_stmt *row, struct error *err), void *to,
    struct error *err);

/* A text that is never NULL: "" stands for absent. */
const char *question_text(sqlite3_stmt *row, int column);
const char *question_text_or_null(sqlite3_stmt *row, int column);
/* The first second of a day; what has none is the first second there is. */
int64_t question_day(sqlite3_stmt *row, int column);
/* None where it is NULL. */
struct address question_address(sqlite3_stmt *row, int column);

#endif
