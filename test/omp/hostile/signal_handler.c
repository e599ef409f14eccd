/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A signal handler that reads and writes shared data, while the master runs
 * regions: raised by itself, and by a timer at any moment, also while it
 * waits for shared data.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

static volatile sig_atomic_t ticks, raised;
static volatile long shared_table[2000];
static volatile long read_by_handler;

static void on_signal(int number)
{
    if (number == SIGUSR1) {
        raised = raised + 1;
        read_by_handler = read_by_handler + shared_table[77];
    } else {
        ticks = ticks + 1;
    }
}

int main(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);

#pragma omp parallel for
    for (int i = 0; i < 2000; i++)
        shared_table[i] = i;
    /* Here the table is with whoever wrote it last. */
    for (int i = 0; i < 5; i++)
        raise(SIGUSR1);

    struct itimerval every = {{0, 2000}, {0, 2000}}, off = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &every, NULL);
    long sum = 0, rounds = 0;
    while (ticks < 10) {
#pragma omp parallel for reduction(+ : sum) schedule(static)
        for (int i = 0; i < 2000; i++) {
            shared_table[i] = shared_table[i] + 1;
            sum += shared_table[i] - shared_table[i] + 1;
        }
        rounds++;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    printf("%d %ld %d %d\n", (int)raised, (long)read_by_handler,
           sum == 2000 * rounds, shared_table[1999] == 1999 + rounds);
    return 0;
}
