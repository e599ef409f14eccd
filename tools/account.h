/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What hosts have told of what they took from each other (ACCOUNT of boot.h),
 * added up by object.
 */
#ifndef MILLIRUN_ACCOUNT_H
#define MILLIRUN_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

enum {
    ACCOUNT_SITES_MAX = 64, /* of an object, all hosts' together */
    ACCOUNT_SIZES_MAX = 16,
};

/* An instruction, or a call that allocates. */
struct site {
    char *file; /* in which the address counts; "-": unknown */
    uint64_t address;
    int is_write;
    uint64_t count; /* of faults, or of bytes */
    uint64_t ns;
    char *text; /* where that is in the source (places.h); NULL at first */
};

struct sites {
    struct site list[ACCOUNT_SITES_MAX];
    int used;
};

/* Minipages of another size. */
struct size {
    uint64_t bytes;
    uint64_t apart, spared; /* of which it would have kept the parts apart */
    uint64_t came, needed;  /* instead of which so many would have come */
};

struct sizes {
    struct size list[ACCOUNT_SIZES_MAX];
    int used;
};

struct run {
    uint64_t first, last;
    uint64_t owner;
};

struct object {
    char *key;
    char *name;  /* "-": it is of the heap */
    char *parts; /* of it, as mpg_abi_var has them, or "-" */
    char *file;
    unsigned line;
    uint64_t minipage, element; /* bytes */
    uint64_t minipages;
    uint64_t cell; /* bytes of allocations that share minipages, or 0 */
    struct sites made;
    uint64_t reads, writes, ns, consumed, overwritten;
    struct sites sites;
    uint64_t came, first, unchanged, apart, same;
    struct sizes finer;
    struct sizes steps; /* finer ones that were found in the data */
    struct sizes coarser;
    struct run *runs; /* of minipages that one host has written last */
    int runs_used;
};

struct account {
    struct object *objects;
    int used;
    uint64_t more; /* objects of which hosts have told nothing else */
    uint64_t hosts, regions_ns, regions_waited; /* of the main thread */
};

/* Adds what a host said; what makes no sense is left out. */
void account_add(struct account *, const char *text);

/* What it costs, in ns. */
uint64_t object_cost(const struct object *);

/* Puts objects and their sites in order, the dearest first.  Post: each has a
 * name, and minipages and elements of some size. */
void account_sort(struct account *);

/* How many minipages of `bytes` would hold what different hosts have written
 * last; and of how many.  `bytes` is a multiple of the minipages'. */
uint64_t object_divided(const struct object *, uint64_t bytes, uint64_t *of);

#endif
