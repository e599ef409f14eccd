/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate: a copy for each thread, initialised, kept from region to
 * region of the same team, for globals, static locals, arrays and structs.
 */
#include <omp.h>
#include <stdio.h>

static int counter = 10;
#pragma omp threadprivate(counter)
static struct {
    int id;
    double list[50];
} work = {-1, {0.5}};
#pragma omp threadprivate(work)
long visible = 3;
#pragma omp threadprivate(visible)

static int next(void)
{
    static int calls = 5;
#pragma omp threadprivate(calls)
    return ++calls;
}

int main(void)
{
    int wrong = 0;

    omp_set_dynamic(0);
    counter = 50; /* the master's */
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        int me = omp_get_thread_num();
        wrong += counter != (me == 0 ? 50 : 10) || work.id != -1 ||
                 work.list[0] != 0.5 || visible != 3;
        counter = 100 + me;
        work.id = me;
        work.list[49] = me;
        for (int i = 0; i <= me; i++)
            next();
        visible *= me;
    }
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        int me = omp_get_thread_num();
        wrong += counter != 100 + me || work.id != me || work.list[49] != me;
        wrong += next() != 5 + me + 2 || visible != 3 * me;
    }
    printf("%d %d %d\n", wrong, counter, next());
    return 0;
}
