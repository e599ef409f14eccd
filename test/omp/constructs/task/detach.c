/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Detached tasks: over when they have run and their event is fulfilled, by the
 * task itself, by another, by a thread of the program's, by whoever made it;
 * waited for by taskwait, by groups, by what depends on them.
 */
#include <omp.h>
#include <pthread.h>
#include <stdio.h>

static int order[8], places;
static omp_event_handle_t given;

static void note(int what)
{
#pragma omp critical
    order[places++] = what;
}

static void siblings(void)
{
    int x = 0, sum = 0;
    omp_event_handle_t event;
#pragma omp task detach(event) depend(out : x) shared(x)
    x = 5;
#pragma omp task depend(in : x) shared(x, sum)
    {
        note(2);
        sum += x;
    }
#pragma omp task firstprivate(event)
    {
        note(1);
        omp_fulfill_event(event);
    }
#pragma omp taskwait
    printf("siblings %d %d %d\n", sum, order[0], order[1]);
    places = 0;
}

static void itself(void)
{
    int x = 0;
    omp_event_handle_t event;
#pragma omp task detach(event) shared(x)
    {
        omp_fulfill_event(event);
        x = 7;
    }
#pragma omp taskwait
    printf("itself %d\n", x);
}

/* The event is fulfilled before the task is over, or after: either way. */
static void *fulfil(void *of)
{
    note(3);
    omp_fulfill_event(*(omp_event_handle_t *)of);
    return NULL;
}

static void outside(int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        omp_event_handle_t event;
#pragma omp taskgroup
        {
#pragma omp task detach(event) shared(sum) depend(out : sum)
            {
#pragma omp atomic
                sum += 1;
            }
#pragma omp task shared(sum) depend(inout : sum)
            sum += places * 10;
            given = event;
            pthread_create(&thread, NULL, fulfil, &given);
        }
        pthread_join(thread, NULL);
        places = 0;
    }
    printf("outside %d\n", sum);
}

static void chain(int links)
{
    int x = 0, y = 0;
    for (int i = 0; i < links; i++) {
        omp_event_handle_t event;
#pragma omp task detach(event) shared(x) depend(inout : x)
        x = 2 * x + 1;
#pragma omp task firstprivate(event) shared(y) depend(inout : y)
        {
            y++;
            omp_fulfill_event(event);
        }
    }
#pragma omp taskwait depend(in : x)
    printf("chain %d\n", x);
#pragma omp taskwait
    printf("chain %d\n", y);
}

int main(void)
{
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        siblings();
        itself();
        outside(3);
        chain(6);
    }

    return 0;
}
