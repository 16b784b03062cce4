/* What the result types of TLS reports mean, and what to do. */
#ifndef CLI_TLS_WORDS_H
#define CLI_TLS_WORDS_H

/* "" for a type of no standard. */
const char *tls_explain(const char *result_type);

#endif
