/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * critical: unnamed, with names, with hints, one within another of another
 * name, in functions that are called from several places.
 */
#include <omp.h>
#include <stdio.h>

static long unnamed, a, b, inner, in_function;

static void call(int i)
{
#pragma omp critical(in_a_function)
    in_function += i;
}

int main(void)
{
    int inside = 0, most = 0;

#pragma omp parallel for schedule(dynamic, 2) num_threads(4)
    for (int i = 0; i < 120; i++) {
#pragma omp critical
        {
            int now;
#pragma omp atomic capture
            now = ++inside;
            if (now > most)
                most = now;
            unnamed += i;
#pragma omp atomic
            inside--;
        }
#pragma omp critical(first)
        {
            a += i;
#pragma omp critical(second)
            inner += 1;
        }
#pragma omp critical(hinted) hint(omp_sync_hint_contended)
        b += 2 * i;
        call(i);
        call(1);
    }
    printf("%ld %ld %ld %ld %ld %d\n", unnamed, a, b, inner, in_function, most);
    return 0;
}
