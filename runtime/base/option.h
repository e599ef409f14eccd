/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The rows of include/millipage/options.def as data, and the one parser of
 * their values.  The runtime reads the environment with it; the launcher
 * compiles the same file, so that it refuses exactly what a host would.
 * Reentrant; not for signal handlers.
 */
#ifndef MPG_BASE_OPTION_H
#define MPG_BASE_OPTION_H

#include <stddef.h>
#include <stdint.h>

enum mpg__option_type {
    MPG_OPTION_SIZE, /* bytes; K, M, G and T multiply by powers of 1024 */
    MPG_OPTION_U64,
    MPG_OPTION_BOOL, /* 0 or 1 */
    MPG_OPTION_STR,
};

enum mpg__option_scope {
    MPG_OPTION_CLUSTER, /* the same on all hosts */
    MPG_OPTION_HOST,
};

struct mpg__option {
    const char *name; /* of the environment variable, MILLIPAGE_ included */
    enum mpg__option_type type;
    enum mpg__option_scope scope;
    uint64_t standard;         /* the default of a number */
    const char *standard_text; /* the default of a string */
    uint64_t min;              /* of the value; of the length of a string */
    uint64_t max;
    const char *help;
};

#define MPG_OPTION_PREFIX "MILLIPAGE_"

extern const struct mpg__option mpg__options[];
extern const size_t mpg__options_count;

/* NULL when no row has that name. */
const struct mpg__option *mpg__option_find(const char *name);

/* The value of a number (for a string: its length).  Answers 0, or -1 when
 * the text is not one or out of range; then *value is untouched. */
int mpg__option_parse(const struct mpg__option *, const char *text,
                      uint64_t *value);

/* "must be a size from 1M to 4T (what it is for)": the rest of a line that
 * has named the option and the value. */
void mpg__option_explain(const struct mpg__option *, char *text, size_t bytes);

/* "size from 1M to 4T": what the row takes. */
void mpg__option_range(const struct mpg__option *, char *text, size_t bytes);

/* A number as the user would write it: 68719476736 as a SIZE is 64G. */
void mpg__option_print(const struct mpg__option *, uint64_t value, char *text,
                       size_t bytes);

/* The one of `count` candidates that takes the fewest single-character edits
 * to become `word`; NULL when even that one has too little in common to be
 * worth suggesting. */
const char *mpg__nearest(const char *word, const char *const *candidates,
                         size_t count);

#endif
