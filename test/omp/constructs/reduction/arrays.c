/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Arrays as reductions: whole, two-dimensional, sections of arrays and of
 * heap memory, of variable length; large ones.
 */
#include <stdio.h>
#include <stdlib.h>

static long table[300];

static long fold(const long *p, int n)
{
    long sum = 0;
    for (int i = 0; i < n; i++)
        sum = (sum * 7 + p[i]) % 1000003;
    return sum;
}

static void count(int n, long *heap, int from)
{
    long vla[n];

    for (int i = 0; i < n; i++)
        vla[i] = heap[i] = i;
#pragma omp parallel for reduction(+ : vla, heap[from : n - from])
    for (int i = 0; i < 500; i++) {
        vla[i % n] += i;
        heap[from + i % (n - from)] += 2;
    }
    printf("%ld %ld\n", fold(vla, n), fold(heap, n));
}

int main(void)
{
    int small[4] = {1, 2, 3, 4}, square[3][3] = {{0}};
    double least[4] = {99, 99, 99, 99};
    long *heap = malloc(20000 * sizeof *heap);

#pragma omp parallel for reduction(+ : small, square, table) num_threads(4)
    for (int i = 0; i < 200; i++) {
        small[i % 4] += i;
        square[i % 3][i / 3 % 3]++;
        table[i * 7 % 300] += i;
    }
#pragma omp parallel for reduction(min : least[1 : 2]) num_threads(3)
    for (int i = 0; i < 50; i++)
        if (least[1 + i % 2] > 50 - i)
            least[1 + i % 2] = 50 - i;
    printf("%d %d %d %d %d %d %ld %.0f %.0f %.0f\n", small[0], small[1],
           small[2], small[3], square[0][0], square[2][1], fold(table, 300),
           least[0], least[1], least[2]);
    count(10, heap, 3);
    count(20000, heap, 1);
    free(heap);
    return 0;
}
