/*
 * What each option does with its value: the functions of the table
 * (cli/option_table.h), whose contract is that of its member set.
 */
#ifndef CLI_OPTION_SET_H
#define CLI_OPTION_SET_H

#include "cli/option_table.h"

bool option_set_text(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_flag(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_add_domain(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_add_reporter(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_add_source(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_bounds(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_verified(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_disposition(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_result(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_since_id(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_limit(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_format(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_color(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_class(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_workers(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_socket_mode(
    struct option_reader *r, const struct option_row *row, const char *value);
bool option_set_age(
    struct option_reader *r, const struct option_row *row, const char *value);

#endif
