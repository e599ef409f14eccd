/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * An array that grows by realloc inside critical, while its elements came
 * from other threads: it moves, and everybody must use the new place.
 */
#include <stdio.h>
#include <stdlib.h>

static int *numbers;
static size_t count, room;
static int moves;

static void append(int number)
{
#pragma omp critical(append)
    {
        if (count == room) {
            room = room ? room + room / 2 + 1 : 2;
            numbers = realloc(numbers, room * sizeof *numbers);
            moves++;
        }
        numbers[count++] = number;
    }
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(void)
{
#pragma omp parallel for schedule(dynamic, 16)
    for (int i = 0; i < 3000; i++)
        if (i % 3 != 1)
            append(i * 7 % 3001);
    qsort(numbers, count, sizeof *numbers, compare);
    long sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = (sum * 31 + numbers[i]) % 1000000007;
    printf("%zu numbers, %d moves, %ld\n", count, moves, sum);
    free(numbers);
    return 0;
}
