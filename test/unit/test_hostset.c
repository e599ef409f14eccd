/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sets of hosts, beside a plain array of booleans that does the same.
 */
#include "check.h"
#include "prng.h"
#include "proto/hostset.h"

enum { HOSTS_MAX = 4096, SETS = 3, BLOCKS_MAX = 1 + SETS * HOSTS_MAX / 64 };

static const unsigned sizes[] = {1, 2, 63, 64, 65, 70, 128, 129, 1000, 4096};

static struct mpg__sharers blocks[BLOCKS_MAX];
static struct mpg__hostsets sets;

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line)
{
    CHECK_FAIL("%s:%d: assertion failed: %s", file, line, condition);
}

static void open_sets(unsigned hosts, uint32_t count)
{
    memset(blocks, 0, sizeof blocks);
    mpg__hostsets_init(&sets, hosts, blocks, count);
}

/* Never a host too few; none too many while the set says it is exact. */
static void compare(struct mpg__hostset set, const bool *members)
{
    unsigned count = 0, hosts = sets.hosts;
    for (unsigned host = 0; host < hosts; host++) {
        bool has = mpg__hostset_has(&sets, set, host);
        count += has;
        if (members[host])
            CHECK(has);
        else if (mpg__hostset_is_exact(set))
            CHECK(!has);
    }
    unsigned walked = 0;
    for (unsigned host = mpg__hostset_next(&sets, set, 0); host < hosts;
         host = mpg__hostset_next(&sets, set, host + 1)) {
        CHECK(mpg__hostset_has(&sets, set, host));
        walked++;
    }
    CHECK_EQ(walked, count);
    unsigned others = mpg__hostset_count_others(&sets, set, 0, hosts - 1);
    unsigned ends = mpg__hostset_has(&sets, set, 0) +
                    (hosts > 1 && mpg__hostset_has(&sets, set, hosts - 1));
    CHECK_EQ(others + ends, count);
    CHECK_EQ(mpg__hostset_count_others(&sets, set, HOSTS_MAX, HOSTS_MAX),
             count);
}

/* Every block is in a set, or free (S1); lists ascend (S2). */
static void check_blocks(const struct mpg__hostset *set, unsigned count)
{
    uint32_t found = 1, index;
    for (index = sets.free; index; index = blocks[index].next)
        found++;
    for (unsigned i = 0; i < count; i++) {
        if (set[i].tag != MPG_HOSTSET_BLOCKS)
            continue;
        for (index = (uint32_t)set[i].bits; index; index = blocks[index].next) {
            uint32_t next = blocks[index].next;
            found++;
            CHECK(blocks[index].bits != 0);
            CHECK(!next || blocks[next].segment > blocks[index].segment);
        }
    }
    CHECK_EQ(found, sets.used);
}

/* Several sets grow and are given up, out of one pool. */
static void random_sets(unsigned hosts, uint32_t count)
{
    static bool members[SETS][HOSTS_MAX];
    struct prng prng = {(uint64_t)hosts << 32 | count};
    struct mpg__hostset set[SETS] = {{0, 0}};
    bool is_pool_enough = count == BLOCKS_MAX;
    open_sets(hosts, count);
    memset(members, 0, sizeof members);
    for (unsigned step = 0; step < 300; step++) {
        unsigned i = prng_below(&prng, SETS);
        unsigned host = prng_below(&prng, hosts);
        mpg__hostsets_collect(&sets);
        if (prng_below(&prng, 40) == 0) {
            mpg__hostset_retire(&sets, set[i]);
            compare(set[i], members[i]); /* S3 */
            set[i] = mpg__hostset_only(&sets, host);
            memset(members[i], 0, sizeof members[i]);
        } else {
            set[i] = mpg__hostset_add(&sets, set[i], host);
        }
        members[i][host] = true;
        if (step % 10 == 0)
            compare(set[i], members[i]);
        CHECK(!is_pool_enough || mpg__hostset_is_exact(set[i]));
    }
    mpg__hostsets_collect(&sets);
    check_blocks(set, SETS);
    for (unsigned i = 0; i < SETS; i++)
        compare(set[i], members[i]);
}

/* A set of all hosts takes a block for 64 of them. */
static void all_of(unsigned hosts)
{
    static bool members[HOSTS_MAX];
    struct mpg__hostset set = {0, 0};
    open_sets(hosts, BLOCKS_MAX);
    for (unsigned i = 0; i < hosts; i++) {
        unsigned host = (unsigned)((uint64_t)i * 2531 % hosts);
        members[host] = true;
        set = mpg__hostset_add(&sets, set, host);
    }
    for (unsigned i = 0; i < hosts; i++)
        if (!members[i]) /* 2531 is a prime, and so were some of hosts. */
            set = mpg__hostset_add(&sets, set, i);
    memset(members, true, sizeof members);
    compare(set, members);
    CHECK(mpg__hostset_is_exact(set));
    CHECK_EQ(sets.used - 1, hosts <= MPG_HOSTSET_BITS ? 0 : (hosts + 63) / 64);
    check_blocks(&set, 1);
    compare(mpg__hostset_everybody(&sets), members);
    memset(members, false, sizeof members);
}

/* Four by number take no block, and adding one of them again no room; with
 * five there are blocks; without blocks, groups. */
static void forms(void)
{
    open_sets(4096, 2);
    struct mpg__hostset set = mpg__hostset_only(&sets, 4095);
    for (unsigned i = 0; i < 3; i++) {
        set = mpg__hostset_add(&sets, set, 4090 + i);
        set = mpg__hostset_add(&sets, set, 4095);
    }
    CHECK_EQ(set.tag, 4);
    CHECK_EQ(sets.used, 1);
    set = mpg__hostset_add(&sets, set, 4032);
    CHECK_EQ(set.tag, MPG_HOSTSET_BLOCKS);
    CHECK_EQ(mpg__hostset_count_others(&sets, set, 4095, 4095), 4);
    CHECK(!mpg__hostset_has(&sets, set, 4094));
    set = mpg__hostset_add(&sets, set, 4031); /* of another 64 */
    CHECK(!mpg__hostset_is_exact(set));
    CHECK(mpg__hostset_has(&sets, set, 4094)); /* of the group of 4095 */
    CHECK(mpg__hostset_has(&sets, set, 4031));
    CHECK(!mpg__hostset_has(&sets, set, 3000));
    mpg__hostsets_collect(&sets);
    check_blocks(&set, 1);
}

int main(void)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        random_sets(sizes[i], 0);
        for (uint32_t count = 1; count < 30; count += 4)
            random_sets(sizes[i], count);
        random_sets(sizes[i], BLOCKS_MAX);
        all_of(sizes[i]);
    }
    forms();
    return check_report();
}
