/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Threads of a team that exclude each other by a POSIX mutex instead of an
 * OpenMP lock.
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long guarded;

int main(void)
{
#pragma omp parallel for
    for (int i = 0; i < 400; i++) {
        pthread_mutex_lock(&mutex);
        guarded += i;
        pthread_mutex_unlock(&mutex);
    }
    printf("%ld\n", guarded);
    return 0;
}
