/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The error directive, of those that are meant for when it is executed.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "team.h"

enum { WARNING = 1 };

/* Where in the source: compiled code has ";file;function;line;column;;". */
struct ident {
    int32_t unused[4];
    const char *source;
};

/* The next part, and goes behind it. */
static void part(char *out, size_t room, const char **at)
{
    size_t length = strcspn(*at, ";");
    snprintf(out, room, "%.*s", (int)length, *at);
    *at += length + ((*at)[length] != 0);
}

EXPORTED void __kmpc_error(const ident_t *loc, int severity,
                           const char *message)
{
    char file[PATH_MAX], line[16];
    const char *at = loc && loc->source ? loc->source : "";
    part(file, sizeof file, &at);
    part(file, sizeof file, &at);
    part(line, sizeof line, &at); /* Of the function: it is not said. */
    part(line, sizeof line, &at);
    message = message ? message : "an error directive was reached";
    fflush(NULL); /* The line is to come behind what was printed. */
    mpg__output_flush();
    mpg__warn("%s:%s: %s", file, line, message);
    if (severity != WARNING)
        exit(EXIT_FAILURE); /* As gcc and Clang have it. */
}
