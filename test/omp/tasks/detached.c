/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Detached tasks: over when they have run and their event is fulfilled, by the
 * task itself, by another, by a thread of the program's, by whoever made it;
 * waited for by taskwait, by groups, by what depends on them, by barriers. In
 * teams of one, too, which run tasks where they are made; of undeferred and
 * final tasks; and when their maker is over.  gcc's do not end in all of these.
 *
 * RUN: %same %s
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

/* A thread of the host where the task runs: nobody else could join it. */
static void fulfil_some_time(omp_event_handle_t event)
{
    pthread_t thread;
    given = event;
    pthread_create(&thread, NULL, fulfil, &given);
    pthread_detach(thread);
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

/* Of tasks that are not to be deferred, and of those within final ones. */
static void undeferred(void)
{
    int x = 0;
    omp_event_handle_t event;
#pragma omp task if (0) detach(event)
    fulfil_some_time(event);
    printf("undeferred %d\n", places);
    places = 0;
#pragma omp task if (0) detach(event) shared(x)
    {
        x = 3;
        omp_fulfill_event(event);
    }
    x *= 2;
#pragma omp task final(1) shared(x)
    {
        omp_event_handle_t inner;
#pragma omp task detach(inner) shared(x) depend(out : x)
        x++;
#pragma omp task shared(x) depend(inout : x)
        x *= 10;
        omp_fulfill_event(inner);
#pragma omp taskwait
    }
#pragma omp taskwait
    printf("undeferred %d\n", x);
}

/* A taskwait waits for what it depends on, and for no more. */
static void awaited(void)
{
    int x = 4, y = 0;
    omp_event_handle_t now, later;
#pragma omp task detach(later) shared(y) depend(out : y)
    y = 1;
#pragma omp task detach(now) depend(out : x)
    fulfil_some_time(now);
#pragma omp task shared(x) depend(inout : x)
    x *= 3;
#pragma omp taskwait depend(in : x)
    printf("awaited %d\n", x);
#pragma omp taskwait depend(in : y) nowait
    omp_fulfill_event(later);
#pragma omp taskwait
    places = 0;
}

/* What waits for the event of one is run when its turn has come, whichever of
 * the tasks is waited for. */
static void nested(void)
{
    int x = 1;
#pragma omp taskgroup
    {
#pragma omp task shared(x)
        {
            omp_event_handle_t event;
#pragma omp task detach(event) shared(x) depend(out : x)
            x += 1;
#pragma omp task shared(x) depend(inout : x)
            x *= 3;
            fulfil_some_time(event);
        }
    }
    printf("nested %d\n", x);
    places = 0;
}

static void all(void)
{
    siblings();
    itself();
    outside(3);
    chain(6);
    undeferred();
    awaited();
    nested();
}

/* Outside of regions, in one of one thread, and in one of four.
 *
 * SAYS: siblings 5 1 2
 * SAYS: itself 7
 * SAYS: outside 33
 * SAYS: chain 63
 * SAYS: chain 6
 * SAYS: undeferred 1
 * SAYS: undeferred 70
 * SAYS: awaited 12
 * SAYS: nested 6
 * SAYS: siblings 5 1 2
 * SAYS: itself 7
 * SAYS: outside 33
 * SAYS: chain 63
 * SAYS: chain 6
 * SAYS: undeferred 1
 * SAYS: undeferred 70
 * SAYS: awaited 12
 * SAYS: nested 6
 * SAYS: siblings 5 1 2
 * SAYS: itself 7
 * SAYS: outside 33
 * SAYS: chain 63
 * SAYS: chain 6
 * SAYS: undeferred 1
 * SAYS: undeferred 70
 * SAYS: awaited 12
 * SAYS: nested 6
 * SAYS: barrier 5 5
 * SAYS: region 1
 * SAYS: barrier 2 1
 */
int main(void)
{
    int last = 0, parent = 0;

    all();
    for (int threads = 1; threads <= 4; threads += 3)
#pragma omp parallel num_threads(threads)
#pragma omp single
    {
        all();
    }

    /* The barrier waits for them, and for those of tasks that are over. */
    for (int i = 0; i < 5; i++) {
#pragma omp parallel num_threads(4)
        {
#pragma omp single
            {
#pragma omp task shared(parent)
                {
                    omp_event_handle_t event;
#pragma omp task detach(event) shared(parent)
                    parent++;
                    fulfil_some_time(event);
                }
            }
#pragma omp single
            last += places;
        }
        places = 0;
    }
    printf("barrier %d %d\n", parent, last);

    /* The end of a region of one thread, for a child of a task that is over. */
    parent = places = 0;
#pragma omp parallel num_threads(1)
    {
#pragma omp task shared(parent)
        {
            omp_event_handle_t event;
#pragma omp task detach(event) depend(out : parent) shared(parent)
            parent = 0;
#pragma omp task depend(inout : parent) shared(parent)
            parent++;
            fulfil_some_time(event);
        }
    }
    printf("region %d\n", parent);
    places = 0;

    /* And a barrier in it. */
#pragma omp parallel num_threads(1)
    {
#pragma omp task shared(parent)
        {
            omp_event_handle_t event;
#pragma omp task detach(event) shared(parent)
            parent++;
            fulfil_some_time(event);
        }
#pragma omp barrier
        last = places;
    }
    printf("barrier %d %d\n", parent, last);
    return 0;
}
