#!/bin/sh
# Fails on a C file that clang-format would change. Versions differ in what
# they do; Debian 12's is meant.
find base parse ingest store analysis cli tests -name '*.[ch]' \
    -exec clang-format-14 --dry-run -Werror {} +
