/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Symmetry.  All hosts have the same choice of operations, so a renaming of
 * hosts and minipages that maps homes to homes (and the barrier's roots to
 * themselves) turns runs into runs.  States that are renamings of each other
 * are one: the hash of a state is the least one among all renamings.
 */
#include "model.h"

/* The next order of 0 .. n - 1, or false after the last. */
static bool next_order(uint8_t *order, unsigned n)
{
    unsigned i = n - 1;
    while (i && order[i - 1] > order[i])
        i--;
    if (!i)
        return false;
    unsigned k = n - 1;
    while (order[k] < order[i - 1])
        k--;
    uint8_t swapped = order[i - 1];
    order[i - 1] = order[k];
    order[k] = swapped;
    for (unsigned a = i, b = n - 1; a < b; a++, b--) {
        swapped = order[a];
        order[a] = order[b];
        order[b] = swapped;
    }
    return true;
}

/* Blocks and groups of a copy set are of neighbouring hosts, which renamed are
 * neighbours no more: with such sets there is no symmetry. */
static bool is_symmetry(const struct renaming *names)
{
    if (model.hosts > MPG_HOSTSET_BITS)
        for (unsigned i = 0; i < model.hosts; i++)
            if (names->host[i] != i)
                return false;
    for (unsigned i = 0; i < model.minipages; i++)
        if (names->host[minipage_home(i)] != minipage_home(names->minipage[i]))
            return false;
    for (unsigned i = 0; i < model.locks; i++)
        if (names->host[lock_home(i)] != lock_home(i))
            return false;
    return (names->host[0] == 0 && names->host[1] == 1) ||
           !(model.operations >> OP_BARRIER & 1);
}

unsigned renamings_find(struct renaming found[RENAMINGS_MAX])
{
    struct renaming names;
    for (unsigned i = 0; i < HOSTS_MAX; i++)
        names.host[i] = (uint8_t)i;
    unsigned count = 0;
    do {
        for (unsigned i = 0; i < MINIPAGES_MAX; i++)
            names.minipage[i] = (uint8_t)i;
        do {
            if (!is_symmetry(&names))
                continue;
            for (unsigned i = 0; i < model.hosts; i++)
                names.new_host[names.host[i]] = (uint8_t)i;
            for (unsigned i = 0; i < model.minipages; i++)
                names.new_minipage[names.minipage[i]] = (uint8_t)i;
            found[count++] = names;
        } while (next_order(names.minipage, model.minipages));
    } while (next_order(names.host, model.hosts));
    return count;
}
