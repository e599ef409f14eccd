/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * System calls on shared buffers: each thread has a file of its own, writes
 * from an array that others filled, and reads into another.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES = 8, WORDS = 5000 };
static int from[FILES][WORDS], to[FILES][WORDS];
static char names[FILES][64];

static int copy(int f)
{
    strcpy(names[f], "/tmp/file_buffersXXXXXX");
    int file = mkstemp(names[f]);
    if (file < 0)
        return 0;
    unlink(names[f]);
    ssize_t written = write(file, from[f], sizeof from[f]);
    ssize_t got = pread(file, to[f] + 1, sizeof to[f] - 4, 4);
    struct iovec parts[2] = {{to[f], 4}, {to[f] + WORDS / 2, 400}};
    ssize_t both = preadv(file, parts, 2, 0);
    close(file);
    return written == sizeof from[f] && got == sizeof to[f] - 4 && both == 404;
}

int main(void)
{
    int right = 0;
    long sum = 0;

#pragma omp parallel for collapse(2) schedule(static, 777)
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < WORDS; i++)
            from[f][i] = f * 100000 + i;
#pragma omp parallel for reduction(+ : right) schedule(static, 1)
    for (int f = 0; f < FILES; f++)
        right += copy(f);
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < WORDS; i++)
            sum += to[f][i] ^ i;
    printf("%d %ld\n", right, sum);
    return 0;
}
