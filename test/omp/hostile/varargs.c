/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Variadic functions called from regions, with pointers to shared and to
 * private data among their arguments; va_list handed on, copied, and walked
 * twice.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static long add_all(int n, va_list arguments)
{
    long sum = 0;
    while (n-- > 0)
        sum += *va_arg(arguments, long *);
    return sum;
}

static long twice(int n, ...)
{
    va_list first, second;
    va_start(first, n);
    va_copy(second, first);
    long sum = add_all(n, first) * 1000 + add_all(n, second);
    va_end(second);
    va_end(first);
    return sum;
}

/* Types of every class: in registers, and in memory after the sixth. */
static double mixed(const char *types, ...)
{
    va_list arguments;
    double sum = 0;

    va_start(arguments, types);
    for (const char *t = types; *t; t++) {
        if (*t == 'i')
            sum += va_arg(arguments, int);
        else if (*t == 'd')
            sum += va_arg(arguments, double);
        else if (*t == 'l')
            sum += (double)va_arg(arguments, long double);
        else
            sum += (double)strlen(va_arg(arguments, char *));
    }
    va_end(arguments);
    return sum;
}

__attribute__((format(printf, 3, 4))) static int put(char *to, size_t size,
                                                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}

int main(void)
{
    long values[40], sums[40];
    double others[40];
    char lines[40][64];

    for (int i = 0; i < 40; i++)
        values[i] = i;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < 40; i++) {
        long mine = i * 100;
        sums[i] = twice(8, &values[i], &mine, &values[0], &values[39], &mine,
                        &values[20], &mine, &values[i]);
        others[i] = mixed("idsidsldididsiiis", i, 0.5, "one", 2, 0.25, "three",
                          1.5L, 4.0, i, 1.0, 3, 1.0, "seven", 1, 2, 3, "x") +
                    i;
        put(lines[i], sizeof lines[i], "%d %s %ld %.1f", i, "of", mine,
            others[i]);
    }
    for (int i = 0; i < 40; i += 3)
        printf("%ld %.2f %s\n", sums[i], others[i], lines[i]);
    return 0;
}
