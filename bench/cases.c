/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Cases by name.
 */
#include <string.h>

#include "bench.h"

bool is_known(const char *name)
{
    for (const struct bench_group *g = groups; g->name; g++) {
        if (!strcmp(g->name, name))
            return true;
        for (const struct bench_case *c = g->cases; c->name; c++)
            if (!strcmp(c->name, name))
                return true;
    }
    return false;
}

bool is_named(const struct bench_group *group, const struct bench_case *c,
              char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(words[i], c->name) || !strcmp(words[i], group->name))
            return true;
    return false;
}
