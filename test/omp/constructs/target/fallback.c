/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * target regions run on the host: map in all directions, of scalars, arrays
 * and sections, target data, and update.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    int a[100], b[100], scalar = 5, host = 0;
    long sum = 0;
    int *heap = malloc(100 * sizeof *heap);

    for (int i = 0; i < 100; i++)
        a[i] = i, heap[i] = 2 * i;
#pragma omp target map(to : a) map(from : b) map(tofrom : sum, host)           \
    map(tofrom : heap[0 : 100])
    {
        host = omp_is_initial_device();
        for (int i = 0; i < 100; i++) {
            b[i] = a[i] + scalar;
            sum += b[i];
            heap[i]++;
        }
    }
#pragma omp target data map(tofrom : a)
    {
#pragma omp target
        a[0] = 77;
#pragma omp target update from(a)
    }
#pragma omp target parallel for map(tofrom : a) reduction(+ : sum)             \
    map(tofrom : sum)
    for (int i = 0; i < 100; i++)
        sum += a[i];
    printf("%ld %d %d %d %d\n", sum, host, b[99], heap[99], a[0]);
    free(heap);
    return 0;
}
