/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A bounded queue between producers and consumers of one team, who poll
 * under a lock: nobody may starve, and nothing waits for a barrier.
 */
// THREADS: 4
#include <omp.h>
#include <stdio.h>

enum { ROOM = 4, ITEMS = 200 };

static struct {
    omp_lock_t lock;
    int item[ROOM];
    int first, count;
    int made, taken;
} queue;

static int put(void)
{
    int done;

    omp_set_lock(&queue.lock);
    if (queue.made < ITEMS && queue.count < ROOM) {
        queue.item[(queue.first + queue.count++) % ROOM] = queue.made * 3;
        queue.made++;
    }
    done = queue.made == ITEMS;
    omp_unset_lock(&queue.lock);
    return done;
}

static int take(long *sum)
{
    int done;

    omp_set_lock(&queue.lock);
    if (queue.count > 0) {
        *sum += queue.item[queue.first];
        queue.first = (queue.first + 1) % ROOM;
        queue.count--;
        queue.taken++;
    }
    done = queue.taken == ITEMS;
    omp_unset_lock(&queue.lock);
    return done;
}

int main(void)
{
    long sum = 0;

    omp_init_lock(&queue.lock);
#pragma omp parallel num_threads(4) reduction(+ : sum)
    {
        /* The even ones make, the odd ones take. */
        if (omp_get_thread_num() % 2 == 0)
            while (!put())
                ;
        else
            while (!take(&sum))
                ;
    }
    omp_destroy_lock(&queue.lock);
    printf("%ld %d %d\n", sum, queue.made, queue.taken);
    return 0;
}
