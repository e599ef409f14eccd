/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the programs beside mpgbench do alike: their cases, one by one.
 */
#include <stdio.h>

#include "beside.h"

static bool is_wanted(const struct arguments *arguments,
                      const struct bench_case *c)
{
    return !arguments->words_count ||
           is_named(groups, c, arguments->words, arguments->words_count);
}

int run_beside(const struct arguments *arguments, bool is_speaker)
{
    unsigned wanted = 0;
    for (const struct bench_case *c = groups->cases; c->name; c++)
        wanted += is_wanted(arguments, c);
    if (is_speaker)
        report_begin(arguments, wanted);
    for (const struct bench_case *c = groups->cases; c->name; c++) {
        struct result result = {{0}, {0}, 0, NULL};
        if (!is_wanted(arguments, c))
            continue;
        if (is_speaker)
            report_start(c);
        c->run(c, &result);
        if (is_speaker)
            report_case(c, &result);
    }
    if (is_speaker && arguments->json && !report_json(arguments->json)) {
        perror(arguments->json);
        return 1;
    }
    return 0;
}
