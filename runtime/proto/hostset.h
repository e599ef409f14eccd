/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A set of hosts in eight bytes and a tag, so that a copy set costs the same
 * on 2 hosts and on 4,096.
 *
 *   up to 64 hosts   one bit a host, always exact
 *   more             up to four hosts by number (exact), and beyond four one
 *                    bit for each group of ceil(hosts / 64) (a superset)
 *
 * A superset is enough for invalidation: a host that has no copy answers all
 * the same.  Where exactness matters (may this host upgrade without data?)
 * ask mpg__hostset_is_exact.
 */
#ifndef MPG_PROTO_HOSTSET_H
#define MPG_PROTO_HOSTSET_H

#include <stdbool.h>
#include <stdint.h>

#define MPG_HOSTSET_BITS   64
#define MPG_HOSTSET_NAMES  4 /* hosts by number that fit eight bytes */
#define MPG_HOSTSET_GROUPS 0xff

struct mpg__hostset {
    uint64_t bits; /* a bit a host, four numbers, or a bit a group */
    uint8_t tag;   /* above 64 hosts: how many numbers, or MPG_HOSTSET_GROUPS */
};

static inline unsigned mpg__hostset_group(unsigned hosts)
{
    return (hosts + MPG_HOSTSET_BITS - 1) / MPG_HOSTSET_BITS;
}

static inline unsigned mpg__hostset_name(struct mpg__hostset set, unsigned i)
{
    return (unsigned)(set.bits >> (16 * i)) & 0xffff;
}

static inline bool mpg__hostset_is_exact(struct mpg__hostset set,
                                         unsigned hosts)
{
    return hosts <= MPG_HOSTSET_BITS || set.tag != MPG_HOSTSET_GROUPS;
}

/* Whether host may be in the set; for an exact set, whether it is. */
static inline bool mpg__hostset_has(struct mpg__hostset set, unsigned host,
                                    unsigned hosts)
{
    if (hosts <= MPG_HOSTSET_BITS)
        return set.bits >> host & 1;
    if (set.tag == MPG_HOSTSET_GROUPS)
        return set.bits >> host / mpg__hostset_group(hosts) & 1;
    for (unsigned i = 0; i < set.tag; i++)
        if (mpg__hostset_name(set, i) == host)
            return true;
    return false;
}

static inline struct mpg__hostset
mpg__hostset_add(struct mpg__hostset set, unsigned host, unsigned hosts)
{
    if (hosts <= MPG_HOSTSET_BITS) {
        set.bits |= UINT64_C(1) << host;
        return set;
    }
    if (mpg__hostset_has(set, host, hosts))
        return set;
    unsigned group = mpg__hostset_group(hosts);
    if (set.tag < MPG_HOSTSET_NAMES) {
        set.bits |= (uint64_t)host << (16 * set.tag++);
        return set;
    }
    if (set.tag != MPG_HOSTSET_GROUPS) {
        uint64_t bits = 0;
        for (unsigned i = 0; i < MPG_HOSTSET_NAMES; i++)
            bits |= UINT64_C(1) << mpg__hostset_name(set, i) / group;
        set.bits = bits;
        set.tag = MPG_HOSTSET_GROUPS;
    }
    set.bits |= UINT64_C(1) << host / group;
    return set;
}

static inline struct mpg__hostset mpg__hostset_only(unsigned host,
                                                    unsigned hosts)
{
    return mpg__hostset_add((struct mpg__hostset){0, 0}, host, hosts);
}

/* How many hosts other than `a` and `b` may be in the set. */
static inline unsigned mpg__hostset_count_others(struct mpg__hostset set,
                                                 unsigned hosts, unsigned a,
                                                 unsigned b)
{
    unsigned count = 0;
    for (unsigned host = 0; host < hosts; host++)
        count += host != a && host != b && mpg__hostset_has(set, host, hosts);
    return count;
}

#endif
