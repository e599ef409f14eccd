/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A va_list of the function around a region, copied and walked by every
 * thread: the arguments lie in the frame of that function.
 */
// REFUSED: the arguments of the va_list 'arguments' are on this host's stack
#include <stdarg.h>
#include <stdio.h>

static long sum(int n, ...)
{
    va_list arguments;
    long total = 0;

    va_start(arguments, n);
#pragma omp parallel num_threads(4) reduction(+ : total)
    {
        va_list mine;
        va_copy(mine, arguments);
        for (int i = 0; i < n; i++)
            total += va_arg(mine, int);
        va_end(mine);
    }
    va_end(arguments);
    return total;
}

int main(void)
{
    printf("%ld\n", sum(9, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    return 0;
}
