/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Option rows, the values they take, and the nearest name to a wrong one.
 */
#include "base/option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE(value) (value)
#define NUMBER_U64(value)  (value)
#define NUMBER_BOOL(value) (value)
#define NUMBER_STR(value)  0
#define TEXT_SIZE(value)   NULL
#define TEXT_U64(value)    NULL
#define TEXT_BOOL(value)   NULL
#define TEXT_STR(value)    (value)

const struct mpg__option mpg__options[] = {
#define OPT(suffix, field, type, standard, min, max, scope, help)              \
    {MPG_OPTION_PREFIX #suffix,                                                \
     MPG_OPTION_##type,                                                        \
     MPG_OPTION_##scope,                                                       \
     NUMBER_##type(standard),                                                  \
     TEXT_##type(standard),                                                    \
     min,                                                                      \
     max,                                                                      \
     help},
#include "millipage/options.def"
#undef OPT
};
const size_t mpg__options_count = sizeof mpg__options / sizeof *mpg__options;

const struct mpg__option *mpg__option_find(const char *name)
{
    for (size_t i = 0; i < mpg__options_count; i++) {
        if (strcmp(mpg__options[i].name, name) == 0)
            return &mpg__options[i];
    }
    return NULL;
}

/* Only digits, so that strtoull's signs and blanks are no numbers here. */
static int parse_digits(const char *text, uint64_t *value, const char **rest)
{
    size_t digits = strspn(text, "0123456789");

    errno = 0;
    *value = strtoull(text, NULL, 10);
    *rest = text + digits;
    return digits == 0 || errno == ERANGE ? -1 : 0;
}

static int apply_suffix(const char *suffix, uint64_t *value)
{
    static const char letters[] = "KMGT";
    const char *letter;
    unsigned shift;

    if (*suffix == '\0')
        return 0;
    letter = strchr(letters, *suffix >= 'a' ? *suffix - 'a' + 'A' : *suffix);
    if (!letter || suffix[1] != '\0')
        return -1;
    shift = 10 * (unsigned)(letter - letters + 1);
    if (*value > UINT64_MAX >> shift)
        return -1;
    *value <<= shift;
    return 0;
}

int mpg__option_parse(const struct mpg__option *row, const char *text,
                      uint64_t *value)
{
    const char *rest = "";
    uint64_t number;

    if (row->type == MPG_OPTION_STR)
        number = strlen(text);
    else if (parse_digits(text, &number, &rest) < 0)
        return -1;
    if (row->type == MPG_OPTION_SIZE && apply_suffix(rest, &number) < 0)
        return -1;
    if (row->type != MPG_OPTION_SIZE && *rest != '\0')
        return -1;
    if (number < row->min || number > row->max)
        return -1;
    *value = number;
    return 0;
}

void mpg__option_print(const struct mpg__option *row, uint64_t value,
                       char *text, size_t bytes)
{
    static const char *const units[] = {"", "K", "M", "G", "T"};
    size_t unit = 0;

    if (row->type == MPG_OPTION_SIZE && value != 0) {
        for (; unit < 4 && value % 1024 == 0; unit++)
            value /= 1024;
    }
    snprintf(text, bytes, "%" PRIu64 "%s", value, units[unit]);
}

void mpg__option_range(const struct mpg__option *row, char *text, size_t bytes)
{
    static const char *const what[] = {
        [MPG_OPTION_SIZE] = "size from %s to %s",
        [MPG_OPTION_U64] = "number from %s to %s",
        [MPG_OPTION_BOOL] = "%s or %s",
        [MPG_OPTION_STR] = "text of %s to %s characters",
    };
    char min[32];
    char max[32];

    mpg__option_print(row, row->min, min, sizeof min);
    mpg__option_print(row, row->max, max, sizeof max);
    snprintf(text, bytes, what[row->type], min, max);
}

void mpg__option_explain(const struct mpg__option *row, char *text,
                         size_t bytes)
{
    char range[96];

    mpg__option_range(row, range, sizeof range);
    snprintf(text, bytes, "must be a %s (%s)", range, row->help);
}

/* Levenshtein's distance, one row of the table at a time.  Words longer than
 * any option are equally far from all of them. */
static size_t edit_distance(const char *from, const char *to)
{
    enum { WORD_MAX = 64 };
    size_t row[WORD_MAX + 1];
    size_t from_length = strlen(from);
    size_t to_length = strlen(to);

    if (from_length > WORD_MAX || to_length > WORD_MAX)
        return WORD_MAX;
    for (size_t j = 0; j <= to_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= from_length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= to_length; j++) {
            size_t best = diagonal + (from[i - 1] != to[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[to_length];
}

const char *mpg__nearest(const char *word, const char *const *candidates,
                         size_t count)
{
    const char *nearest = NULL;
    size_t best = 0;

    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, candidates[i]);

        if (!nearest || distance < best) {
            nearest = candidates[i];
            best = distance;
        }
    }
    return nearest && best <= strlen(word) / 2 ? nearest : NULL;
}
