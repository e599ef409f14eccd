/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Large frames: a shared array of a megabyte on the stack of main, and a
 * quarter of a megabyte in each thread's own frame, whose address goes to
 * another function; and an array of variable length, of five of main's eight
 * megabytes, whose length optimisers find out, so that they make it a part of
 * the frame.
 */
#include <stdio.h>
#include <string.h>

enum { LOCAL = 1 << 15, SHARED = 1 << 17 };

static long fold(const long *block, int n)
{
    long sum = 0;
    for (int i = 0; i < n; i++)
        sum += block[i] ^ i;
    return sum;
}

static __attribute__((noinline)) long work(const long *from, int seed)
{
    long block[LOCAL];
    for (int i = 0; i < LOCAL; i++)
        block[i] = from[(i + seed) % SHARED] + seed;
    return fold(block, LOCAL);
}

/* Eight frames of 64 KiB, one upon the other. */
static __attribute__((noinline)) long pile(char *below, int depth)
{
    char here[1 << 16];
    memset(here, depth, sizeof here);
    here[0] = below ? below[sizeof here - 1] : 1;
    if (depth == 8)
        return here[0];
    return here[0] + pile(here, depth + 1);
}

static __attribute__((noinline)) long most_of_it(void)
{
    int side = 800;
    double cells[side][side];
    long sum = 0;
#pragma omp parallel for
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++)
            cells[i][j] = i ^ j;
    for (int i = 0; i < side; i++)
        sum += (long)cells[i][side - 1 - i];
    return sum;
}

int main(void)
{
    long shared[SHARED];
    long result[16], piles[16];

#pragma omp parallel for schedule(static)
    for (int i = 0; i < SHARED; i++)
        shared[i] = i * 3l;
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < 16; i++) {
        result[i] = work(shared, i * 1000);
        piles[i] = pile(NULL, 1);
    }
    for (int i = 0; i < 16; i++)
        printf("%ld %ld\n", result[i], piles[i]);
    printf("%ld\n", most_of_it());
    return 0;
}
