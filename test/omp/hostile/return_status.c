/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The status of main's return is the program's, after regions and with
 * handlers of atexit, which run once and see what the threads wrote.
 */
// STATUS: 11
#include <stdio.h>
#include <stdlib.h>

static int *numbers, handled;

static void second(void)
{
    printf("second %d\n", ++handled);
    free(numbers);
}

static void first(void)
{
    printf("first %d, %d\n", ++handled, numbers[77]);
}

int main(void)
{
    atexit(second);
    atexit(first); /* it runs before the other */
    numbers = malloc(100 * sizeof *numbers);
#pragma omp parallel for
    for (int i = 0; i < 100; i++)
        numbers[i] = i * 3;
    return numbers[3] + 2;
}
