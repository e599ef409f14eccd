/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What adds the parts together is the program's own code, and runs with the
 * signals blocked that its thread has blocked.
 *
 * RUN: %same %s
 */
#include <signal.h>
#include <stdio.h>

static int is_let_in; /* a signal, in one of them */

static void add(long *to, const long *from)
{
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    if (!sigismember(&now, SIGUSR1)) {
#pragma omp atomic write
        is_let_in = 1;
    }
    *to += *from;
}

#pragma omp declare reduction(sum:long : add(&omp_out, &omp_in))               \
    initializer(omp_priv = 0)

int main(void)
{
    long total = 0;
#pragma omp parallel num_threads(8) reduction(sum : total)
    {
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, SIGUSR1);
        pthread_sigmask(SIG_BLOCK, &one, NULL);
        total += 3;
    }
    printf("%ld %d\n", total, is_let_in);
    return 0;
}
