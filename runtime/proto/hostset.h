/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A set of hosts in eight bytes and a tag, so that a directory entry costs the
 * same on 2 hosts and on 4,096.
 *
 *   up to 64 hosts   one bit a host
 *   more             up to four hosts by number; beyond four a list of
 *                    blocks, each the bits of 64 neighbouring hosts, from a
 *                    pool that the sets of a node share; and when the pool is
 *                    exhausted one bit for each group of ceil(hosts / 64)
 *
 * (The field calls these limited pointers, dynamic pointer allocation, and a
 * coarse vector.)  All are exact but the last, which is a superset.  That is
 * enough for invalidation: a host that has no copy answers all the same.
 * Where exactness matters (may this host upgrade without data?) ask
 * mpg__hostset_is_exact.
 *
 * Invariants:
 *   S1  A block is in one set's list, or free, or retired, or was never used.
 *   S2  The blocks of a list ascend, no two are of the same 64 hosts, none is
 *       empty: a list has at most ceil(hosts / 64) blocks.
 *   S3  What a step gives up is retired and stays as it is until the node's
 *       next step about a directory entry: the step's actions still name it,
 *       and they are performed before that (P1 of proto.h).
 */
#ifndef MPG_PROTO_HOSTSET_H
#define MPG_PROTO_HOSTSET_H

#include <stdbool.h>
#include <stdint.h>

/* The explorer, whose hosts are few, makes both smaller. */
#ifndef MPG_HOSTSET_BITS
#define MPG_HOSTSET_BITS 64
#endif
#ifndef MPG_HOSTSET_NAMES
#define MPG_HOSTSET_NAMES 4 /* hosts by number that fit eight bytes */
#endif

/* Tags above MPG_HOSTSET_BITS hosts: how many numbers, or one of these. */
#define MPG_HOSTSET_BLOCKS 0xfe
#define MPG_HOSTSET_GROUPS 0xff

/* All zeros: nobody. */
struct mpg__hostset {
    uint64_t bits; /* a bit a host, or numbers of 16 bits, or the index of the
                      first block, or a bit a group */
    uint8_t tag;
};

/* Those of 64 neighbouring hosts that are in a set. */
struct mpg__sharers {
    uint64_t bits;    /* bit i: host segment * 64 + i */
    uint32_t next;    /* index of the next block, 0 none */
    uint32_t segment; /* which 64 hosts */
};

/* What the sets of one node have in common. */
struct mpg__hostsets {
    uint32_t hosts;
    uint32_t count;   /* blocks, the unused one at 0 included */
    uint32_t used;    /* blocks ever used, and the one at 0 */
    uint32_t free;    /* list, 0 none */
    uint32_t retired; /* list, 0 none (S3) */
    struct mpg__sharers *blocks;
};

/* `blocks` may be none: count 0. */
void mpg__hostsets_init(struct mpg__hostsets *, unsigned hosts,
                        struct mpg__sharers *blocks, uint32_t count);

/* Makes what was retired free. */
void mpg__hostsets_collect(struct mpg__hostsets *);

/* The least host of the set that is not below `from`, or `hosts` when there
 * is none:  for (h = next(set, 0); h < hosts; h = next(set, h + 1)) */
unsigned mpg__hostset_next(const struct mpg__hostsets *, struct mpg__hostset,
                           unsigned from);

/* Makes the set given into the one returned. */
struct mpg__hostset mpg__hostset_add(struct mpg__hostsets *,
                                     struct mpg__hostset, unsigned host);

/* The set is given up; until the next collect it can be walked (S3). */
void mpg__hostset_retire(struct mpg__hostsets *, struct mpg__hostset);

struct mpg__hostset mpg__hostset_everybody(const struct mpg__hostsets *);

/* Bit i of the hosts, of a block, or of the groups. */
static inline uint64_t mpg__hostset_bit(unsigned i)
{
    return UINT64_C(1) << i % MPG_HOSTSET_BITS;
}

static inline bool mpg__hostset_is_exact(struct mpg__hostset set)
{
    return set.tag != MPG_HOSTSET_GROUPS;
}

/* Whether host may be in the set; for an exact set, whether it is. */
static inline bool mpg__hostset_has(const struct mpg__hostsets *sets,
                                    struct mpg__hostset set, unsigned host)
{
    return mpg__hostset_next(sets, set, host) == host && host < sets->hosts;
}

static inline struct mpg__hostset
mpg__hostset_only(const struct mpg__hostsets *sets, unsigned host)
{
    return sets->hosts <= MPG_HOSTSET_BITS
               ? (struct mpg__hostset){mpg__hostset_bit(host), 0}
               : (struct mpg__hostset){host, 1};
}

/* How many hosts other than `a` and `b` may be in the set. */
static inline unsigned
mpg__hostset_count_others(const struct mpg__hostsets *sets,
                          struct mpg__hostset set, unsigned a, unsigned b)
{
    unsigned count = 0, host = mpg__hostset_next(sets, set, 0);
    for (; host < sets->hosts; host = mpg__hostset_next(sets, set, host + 1))
        count += host != a && host != b;
    return count;
}

#endif
