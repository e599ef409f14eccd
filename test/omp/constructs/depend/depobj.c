/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What tasks depend on, as objects: of several kinds and addresses, changed,
 * and used together with others.
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int x = 0, y = 0, sums[10];

#pragma omp parallel num_threads(4)
#pragma omp single
    for (int i = 0; i < 10; i++) {
        omp_depend_t writer, both;
#pragma omp depobj(writer) depend(inout : x)
#pragma omp depobj(both) depend(in : y)
#pragma omp task depend(depobj : writer) shared(x)
        x += i;
#pragma omp task depend(out : y) shared(y)
        y = i;
#pragma omp task depend(depobj : both) depend(in : x) depend(out : sums[i])    \
    shared(x, y, sums)
        sums[i] = 100 * x + y;
#pragma omp depobj(writer) update(in)
#pragma omp task depend(depobj : writer) depend(inout : sums[i]) shared(x, sums)
        sums[i] -= x;
#pragma omp taskwait depend(depobj : both)
#pragma omp depobj(both) destroy
#pragma omp depobj(writer) destroy
    }
    for (int i = 0; i < 10; i++)
        printf("%d%c", sums[i], i < 9 ? ' ' : '\n');
    return 0;
}
