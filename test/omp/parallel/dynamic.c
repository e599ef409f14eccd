/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where OpenMP leaves the number of threads to us, regions that hosts only wait
 * in come to host 0, and constructs do what they do with its threads alone.
 *
 * RUN: %same %s
 *
 * SAYS: it came home
 * SAYS: 499500 499500 1000 55 7 10 24 4950
 * SAYS: 1 within
 * SAYS: and others may be spread
 */
#include <omp.h>
#include <stdio.h>

#define MANY 1000
#define WAIT 30.0 /* s, for what takes some tenths of one */

/* Hosts take them from each other. */
static volatile long words[64];
extern int mpg_hosts(void);

static long threads, seen[MANY], sum, tasks, sections;

static void fight(void)
{
#pragma omp parallel
    {
#pragma omp single
        threads = omp_get_num_threads();
        for (int i = 0; i < 100; i++)
            words[omp_get_thread_num()]++;
    }
}

/* Until the threads are as few as one host has. */
static int come_home(void)
{
    double end = omp_get_wtime() + WAIT;
    int all = omp_get_max_threads();
    do
        fight();
    while (mpg_hosts() > 1 && threads == all && omp_get_wtime() < end);
    return threads;
}

static long total(void)
{
    long found = 0;
    for (int i = 0; i < 64; i++)
        found += words[i];
    return found;
}

static void check_constructs(void)
{
    long by_static = 0, by_dynamic = 0, once = 0, copied = 0, scan = 0;
#pragma omp parallel
    {
#pragma omp for reduction(+ : by_static)
        for (int i = 0; i < MANY; i++)
            by_static += i;
#pragma omp for schedule(dynamic, 3) reduction(+ : by_dynamic)
        for (int i = 0; i < MANY; i++) {
            by_dynamic += i;
            seen[i]++;
        }
#pragma omp for schedule(guided)
        for (int i = 0; i < MANY; i++)
#pragma omp atomic
            sum += seen[i];
#pragma omp single
        for (int i = 1; i <= 10; i++)
#pragma omp task firstprivate(i)
#pragma omp critical
            tasks += i;
#pragma omp sections
        {
#pragma omp section
#pragma omp atomic
            sections += 3;
#pragma omp section
#pragma omp atomic
            sections += 4;
        }
        long mine;
#pragma omp single copyprivate(mine)
        mine = 10;
#pragma omp barrier
#pragma omp single
        copied = mine;
#pragma omp for ordered schedule(dynamic)
        for (int i = 1; i <= 4; i++)
#pragma omp ordered
            once = once ? once * i : i;
#pragma omp single
#pragma omp taskloop reduction(+ : scan)
        for (int i = 0; i < 100; i++)
            scan += i;
    }
    printf("%ld %ld %ld %ld %ld %ld %ld %ld\n", by_static, by_dynamic, sum,
           tasks, sections, copied, once, scan);
}

/* A region within one that is not spread is not spread, either. */
static void check_nested(void)
{
    int within = 0;
#pragma omp parallel
#pragma omp master
#pragma omp parallel
#pragma omp single
    within = omp_get_num_threads();
    printf("%d within\n", within);
}

int main(void)
{
    omp_set_dynamic(1);
    int all = omp_get_max_threads(), here = come_home();
    puts(here == all / mpg_hosts() ? "it came home" : "it stayed away");
    long before = total();
    fight();
    if (total() != before + 100 * threads)
        puts("additions were lost");
    check_constructs();
    check_nested();
    omp_set_dynamic(0);
    fight();
    puts(threads == all ? "and others may be spread" : "and so did others");
    return 0;
}
