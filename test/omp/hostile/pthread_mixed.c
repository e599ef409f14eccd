/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A POSIX thread beside OpenMP: started by main, it works on heap and
 * globals between and during regions of main, under a mutex of its own, and
 * is joined.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int stage;
static long global;

struct job {
    int *numbers;
    int count;
    long sum;
};

static void *worker(void *argument)
{
    struct job *job = argument;
    long local[1] = {0};

    for (int i = 0; i < job->count; i++)
        local[0] += job->numbers[i];
    job->sum = local[0];
    pthread_mutex_lock(&mutex);
    while (stage == 0)
        pthread_cond_wait(&changed, &mutex);
    global += 1000;
    pthread_mutex_unlock(&mutex);
    char *made = malloc(32);
    snprintf(made, 32, "made by the thread, %ld", job->sum);
    return made;
}

int main(void)
{
    pthread_t thread;
    struct job job = {calloc(1000, sizeof(int)), 1000, 0};
    long sum = 0;
    void *made;

#pragma omp parallel for
    for (int i = 0; i < 1000; i++)
        job.numbers[i] = i;
    if (pthread_create(&thread, NULL, worker, &job) != 0)
        return 1;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 5000; i++)
        sum += i;
    pthread_mutex_lock(&mutex);
    stage = 1;
    global++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, &made);
    printf("%ld %ld %ld %s\n", sum, global, job.sum, (char *)made);
    free(made);
    free(job.numbers);
    return 0;
}
