/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A protocol bug in the whole library, for tests that must notice it: the
 * linker has the engine's calls of the protocol's step come here.  PLANTED
 * names the bug (test/model/mutate.c); without it all is as in the library
 * that ships.
 *
 * The bug is in the smallest minipages only, the litmus test's variables.  The
 * others carry what it has seen to who judges it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/region.h"
#include "model/mutate.h"

enum { SMALLEST = 16 }; /* bytes that mpg_malloc(1) takes */

typedef void step_fn(struct mpg__node *, const struct mpg__event *,
                     struct mpg__actions *);
step_fn __real_mpg__proto_step, __wrap_mpg__proto_step;

__attribute__((constructor)) static void choose(void)
{
    const char *name = getenv("PLANTED");
    struct mutate_world world; /* The explorer's. */
    if (!name || mutate_choose(name, &world))
        return;
    fprintf(stderr, "PLANTED=%s: there is no such bug\n", name);
    _Exit(2);
}

void __wrap_mpg__proto_step(struct mpg__node *node,
                            const struct mpg__event *event,
                            struct mpg__actions *out)
{
    bool is_sound =
        (event->copy || event->home) &&
        mpg__region_get(event->region)->layout.slot_bytes > SMALLEST;
    struct mpg__event changed = *event;
    if (is_sound)
        __real_mpg__proto_step(node, event, out);
    else
        mutate_step(node, &changed, out);
}
