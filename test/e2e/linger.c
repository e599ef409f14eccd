/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host that has waited again and again, and then computes without another
 * call of the library, still answers: its server thread takes the watch back
 * (engine/server.c).  After bursts of all lengths, so that every moment of that
 * is met.
 */
#include "spmd.h"

enum { ROUNDS = 150, WORDS = 512 };

static volatile long *flag, *data;

/* Host 0 reads its own copy, which the writer has to take away from it first,
 * and until then there is nothing that would call us. */
static void compute_until(long round)
{
    while (*flag != round)
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
            mpg_lock(3);
            mpg_unlock(3);
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
    return spmd_report();
}
