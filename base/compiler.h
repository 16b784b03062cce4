/* The attributes that make the compiler check our contracts. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
