/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * stdout through every door: printf, fputs, putchar, fwrite, write after
 * fflush, and FILE pointers kept in shared variables that main alone uses.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static FILE *out;
static char line[64];

static void say(const char *text)
{
    fputs(text, out);
    putc('\n', out);
}

int main(void)
{
    long sum = 0;

    out = stdout;
    for (int i = 0; i < 6; i++) {
#pragma omp parallel for reduction(+ : sum)
        for (int k = 0; k < 10; k++)
            sum += k * i;
        snprintf(line, sizeof line, "sum %ld", sum);
        say(line);
        fwrite(line, 1, strlen(line), stdout);
        putchar('\n');
        fflush(stdout);
        if (write(STDOUT_FILENO, "written\n", 8) != 8)
            return 1;
    }
    /* Threads, one at a time, by the name that each of them knows. */
#pragma omp parallel for ordered schedule(static, 1)
    for (int i = 0; i < 8; i++) {
#pragma omp ordered
        {
            fprintf(stdout, "%d ", i);
            fflush(stdout);
        }
    }
    fputs("\n", stdout);
    return 0;
}
