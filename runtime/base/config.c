/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The options of this host, read from its environment.
 */
#include "base/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/option.h"

extern char **environ;

struct mpg__config mpg__config = {
#define OPT(suffix, field, type, standard, min, max, scope, help)              \
    .field = standard,
#include "millipage/options.def"
#undef OPT
};

/* Ends the run when the text is no value of the row. */
static uint64_t checked(const char *name, const char *text)
{
    const struct mpg__option *row = mpg__option_find(name);
    char explanation[MPG_LINE_MAX];
    uint64_t value = 0;

    if (mpg__option_parse(row, text, &value) < 0) {
        mpg__option_explain(row, explanation, sizeof explanation);
        mpg__fatal("%s=%s: %s", name, text, explanation);
    }
    return value;
}

#define READ_SIZE(field, name, text) mpg__config.field = checked(name, text)
#define READ_U64(field, name, text)  mpg__config.field = checked(name, text)
#define READ_BOOL(field, name, text) mpg__config.field = checked(name, text)
#define READ_STR(field, name, text)                                            \
    (checked(name, text), mpg__config.field = (text))

static void read_options(void)
{
    const char *text;

#define OPT(suffix, field, type, standard, min, max, scope, help)              \
    text = getenv(MPG_OPTION_PREFIX #suffix);                                  \
    if (text)                                                                  \
        READ_##type(field, MPG_OPTION_PREFIX #suffix, text);
#include "millipage/options.def"
#undef OPT
}

static int is_known(const char *name)
{
    return mpg__option_find(name) || strcmp(name, MPG_BOOT_FD_NAME) == 0 ||
           strcmp(name, MPG_BOOT_HOST_NAME) == 0;
}

static void warn_unknown(const char *name)
{
    static const char *const names[] = {
#define OPT(suffix, field, type, standard, min, max, scope, help) #suffix,
#include "millipage/options.def"
#undef OPT
    };
    /* The prefix, which all have, would make them look alike. */
    const char *nearest = mpg__nearest(name + strlen(MPG_OPTION_PREFIX), names,
                                       sizeof names / sizeof *names);

    if (nearest)
        mpg__warn("%s is not an option; did you mean %s%s?", name,
                  MPG_OPTION_PREFIX, nearest);
    else
        mpg__warn("%s is not an option; millirun --help-env lists them", name);
}

static void warn_unknown_names(void)
{
    for (char **entry = environ; *entry; entry++) {
        size_t length = strcspn(*entry, "=");
        char name[128];

        if (strncmp(*entry, MPG_OPTION_PREFIX, strlen(MPG_OPTION_PREFIX)) != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, *entry);
        if (!is_known(name))
            warn_unknown(name);
    }
}

void mpg__config_read(void)
{
    read_options();
    /* The hosts of a job share an environment: one of them may complain. */
    if (mpg__fatal_host <= 0)
        warn_unknown_names();
}

#define PRINT_SIZE(field) "%" PRIu64, mpg__config.field
#define PRINT_U64(field)  "%" PRIu64, mpg__config.field
#define PRINT_BOOL(field) "%" PRIu64, mpg__config.field
#define PRINT_STR(field)  "%s", mpg__config.field

/* Appends "NAME=value\n"; a text that does not fit is cut, the same way on
 * every host. */
static size_t append(char *text, size_t bytes, size_t length, const char *name,
                     const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static size_t append(char *text, size_t bytes, size_t length, const char *name,
                     const char *format, ...)
{
    va_list arguments;

    length += (size_t)snprintf(text + length, bytes - length, "%s=", name);
    if (length >= bytes)
        return bytes - 1;
    va_start(arguments, format);
    length +=
        (size_t)vsnprintf(text + length, bytes - length, format, arguments);
    va_end(arguments);
    if (length >= bytes)
        return bytes - 1;
    length += (size_t)snprintf(text + length, bytes - length, "\n");
    return length < bytes ? length : bytes - 1;
}

size_t mpg__config_fingerprint(char *text, size_t bytes)
{
    size_t length = 0;

    mpg_assert(bytes > 0);
    text[0] = '\0';
#define OPT(suffix, field, type, standard, min, max, scope, help)              \
    if (MPG_OPTION_##scope == MPG_OPTION_CLUSTER)                              \
        length = append(text, bytes, length, MPG_OPTION_PREFIX #suffix,        \
                        PRINT_##type(field));
#include "millipage/options.def"
#undef OPT
    return length;
}
