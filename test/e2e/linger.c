/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host that has waited again and again, and then computes without another
 * call of the library, still answers: its server thread takes the watch back
 * (engine/server.c).  After bursts of all lengths, so that every moment of that
 * is met.  So does one that takes a lock again and again that nobody else
 * wants, and never has to wait for it.
 */
#include "spmd.h"

enum { ROUNDS = 150, WORDS = 512, LOCK = 3, TURNS = 20 };

static volatile long *flag, *data;

/* Host 0 reads its own copy, which the writer has to take away from it first,
 * and until then there is nothing that would call us. */
static void compute_until(long round)
{
    while (*flag != round)
        ;
}

static int look_behind_lock(long turn)
{
    mpg_lock(LOCK);
    int is_set = *flag == turn;
    mpg_unlock(LOCK);
    return is_set;
}

/* The last host has the lock, and looks until host 0 has had it. */
static void wait_behind_lock(long turn)
{
    for (int i = 0; i < 16; i++)
        mpg_barrier();
    if (mpg_host() == mpg_hosts() - 1)
        look_behind_lock(turn);
    mpg_barrier();
    if (mpg_host() == 0) {
        mpg_lock(LOCK);
        *flag = turn;
        mpg_unlock(LOCK);
    }
    while (mpg_host() == mpg_hosts() - 1 && !look_behind_lock(turn))
        ;
}

int main(void)
{
    int self = mpg_host(), last = mpg_hosts() - 1;
    flag = spmd_pages(4096);
    data = spmd_pages((size_t)(last + 1) * 4096);
    for (long round = 1; round <= ROUNDS; round++) {
        for (long i = 0; i < round; i++)
            mpg_barrier();
        for (int i = 0; i < 16; i++) { /* Locks wait, too. */
            mpg_lock(LOCK);
            mpg_unlock(LOCK);
        }
        if (self == 0) {
            data[0] = round;
            compute_until(last ? round : 0);
        } else if (self == last) {
            data[self * WORDS] = round;
            *flag = round;
        }
        mpg_barrier();
        CHECK_EQ(data[last * WORDS], round);
    }
    for (long turn = 1; turn <= TURNS; turn++)
        wait_behind_lock(ROUNDS + turn);
    return spmd_report();
}
