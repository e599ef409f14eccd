/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Recalling, by its counts: what a host wants in each round of an iteration
 * comes at once, also if two arrays take turns; what it wants no longer is soon
 * not asked for; without a pattern, or with MILLIPAGE_RECALL=0, all is fault by
 * fault.
 */
#include "spmd.h"

enum {
    PAGES = 256,
    WORDS = 512,
    WANTED = 16,
    ROUNDS = 40,
    LATER = 200,
    LAST = 10
};

static volatile long *data[2];

/* No run: neighbours are far apart, and in no order. */
static long place(int i, int offset)
{
    return (long)((i * 37 + offset) % PAGES) * WORDS;
}

/* Host 0 writes and the last host reads, in each round from the array and with
 * the offset that `choose` says; what the last `counted` rounds have cost this
 * host.  Barriers here are the same ones whoever calls. */
static struct mpg_stats exchange(void (*choose)(int round, int *array,
                                                int *offset),
                                 int rounds, int is_read, int counted)
{
    struct mpg_stats before = spmd_stats(), after;
    int is_reader = is_read && mpg_host() == mpg_hosts() - 1;
    for (int round = 0; round < rounds; round++) {
        int array, offset;
        choose(round, &array, &offset);
        if (round == rounds - counted)
            before = spmd_stats();
        for (int i = 0; mpg_host() == 0 && i < WANTED; i++)
            data[array][place(i, offset)] = round + i;
        mpg_barrier();
        for (int i = 0; is_reader && i < WANTED; i++)
            CHECK_EQ(data[array][place(i, offset)], round + i);
        mpg_barrier();
    }
    after = spmd_stats();
    after.read_faults -= before.read_faults;
    after.write_faults -= before.write_faults;
    after.messages_sent -= before.messages_sent;
    return after;
}

static void always_one(int round, int *array, int *offset)
{
    (void)round;
    *array = *offset = 0;
}

static void in_turns(int round, int *array, int *offset)
{
    *array = round % 2;
    *offset = 0;
}

static void without_pattern(int round, int *array, int *offset)
{
    *array = 0;
    *offset = round * round * 5 + round;
}

int main(void)
{
    int is_on = spmd_is_on("MILLIPAGE_RECALL");
    int is_reader = mpg_host() && mpg_host() == mpg_hosts() - 1;
    data[0] = spmd_pages((size_t)PAGES * 4096);
    data[1] = spmd_pages((size_t)PAGES * 4096);
    for (int kind = 0; kind < 2; kind++) {
        uint64_t count =
            exchange(kind ? in_turns : always_one, ROUNDS, 1, ROUNDS)
                .read_faults;
        if (!is_reader)
            CHECK_EQ(count, 0);
        else if (is_on) /* One fault waits for all, but for a few trials. */
            CHECK_LT(count, ROUNDS * WANTED / 2);
        else
            CHECK_GE(count, ROUNDS * WANTED);
    }
    struct mpg_stats cost = exchange(without_pattern, ROUNDS, 1, ROUNDS);
    if (is_reader)
        CHECK_GE(cost.read_faults, ROUNDS * WANTED / 2);

    /* Host 0 goes on writing what nobody reads any more: in the end there are
     * no messages but those of barriers. */
    exchange(always_one, ROUNDS, 1, ROUNDS);
    cost = exchange(always_one, LATER, 0, LAST);
    CHECK_EQ(cost.write_faults, 0);
    CHECK_LT(cost.messages_sent, 2 * LAST * mpg_hosts() + 1);
    return spmd_report();
}
