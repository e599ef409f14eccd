/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sets of hosts, beside a plain array of booleans that does the same.
 */
#include "check.h"
#include "prng.h"
#include "proto/hostset.h"

enum { HOSTS_MAX = 4096 };

static const unsigned sizes[] = {1, 2, 63, 64, 65, 70, 128, 129, 1000, 4096};

/* Never a host too few; none too many while the set says it is exact. */
static void compare(struct mpg__hostset set, const bool *members,
                    unsigned hosts)
{
    unsigned count = 0;
    for (unsigned host = 0; host < hosts; host++) {
        bool has = mpg__hostset_has(set, host, hosts);
        count += has;
        if (members[host])
            CHECK(has);
        else if (mpg__hostset_is_exact(set, hosts))
            CHECK(!has);
    }
    unsigned others = mpg__hostset_count_others(set, hosts, 0, hosts - 1);
    unsigned ends = mpg__hostset_has(set, 0, hosts) +
                    (hosts > 1 && mpg__hostset_has(set, hosts - 1, hosts));
    CHECK_EQ(others + ends, count);
    CHECK_EQ(mpg__hostset_count_others(set, hosts, HOSTS_MAX, HOSTS_MAX),
             count);
}

static void random_sets(unsigned hosts)
{
    static bool members[HOSTS_MAX];
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct prng prng = {seed * HOSTS_MAX + hosts};
        struct mpg__hostset set = {0, 0};
        memset(members, 0, sizeof members);
        compare(set, members, hosts);
        for (unsigned i = 0; i < 8; i++) {
            unsigned host = prng_below(&prng, hosts);
            set = mpg__hostset_add(set, host, hosts);
            members[host] = true;
            compare(set, members, hosts);
        }
    }
}

/* Four by number are exact however many hosts there are, and adding one of
 * them again takes no room; the fifth makes groups. */
static void names_then_groups(void)
{
    struct mpg__hostset set = mpg__hostset_only(4095, 4096);
    for (unsigned i = 0; i < 3; i++) {
        set = mpg__hostset_add(set, 1000 * i, 4096);
        set = mpg__hostset_add(set, 4095, 4096);
        CHECK(mpg__hostset_is_exact(set, 4096));
    }
    CHECK(!mpg__hostset_has(set, 4094, 4096));
    set = mpg__hostset_add(set, 777, 4096);
    CHECK(!mpg__hostset_is_exact(set, 4096));
    CHECK(mpg__hostset_has(set, 4094, 4096)); /* of the group of 4095 */
    CHECK(!mpg__hostset_has(set, 3000, 4096));
}

int main(void)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        random_sets(sizes[i]);
    names_then_groups();
    return check_report();
}
