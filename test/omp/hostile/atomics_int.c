/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Atomic read, write, update and every operator, on integers of all sizes,
 * global, on the heap, on the stack and within structs.
 */
#include <stdio.h>
#include <stdlib.h>

static char c;
static signed char sc;
static unsigned char uc;
static short s;
static unsigned short us;
static int i;
static unsigned u;
static long l;
static unsigned long ul;
static long long ll;

struct mixed {
    char tag;
    int count;
    unsigned char small;
    long total;
};

int main(void)
{
    int local = 0, product = 1, divided = 1 << 20;
    unsigned bits_and = 0xffffffffu, bits_or = 0, bits_xor = 0x1234;
    unsigned long left = 1, right = 1ul << 63;
    struct mixed *heap = calloc(2, sizeof *heap);
    long seen = 0;

#pragma omp parallel for schedule(dynamic, 8) reduction(+ : seen)
    for (int k = 0; k < 96; k++) {
#pragma omp atomic
        c++;
#pragma omp atomic
        sc--;
#pragma omp atomic
        uc += 3;
#pragma omp atomic
        s -= 2;
#pragma omp atomic update
        us = us + 5;
#pragma omp atomic
        ++i;
#pragma omp atomic
        u = 7 + u;
#pragma omp atomic
        l += k;
#pragma omp atomic
        ul -= 1;
#pragma omp atomic
        ll = ll - k * 1000000000ll;
#pragma omp atomic
        local += k % 3;
#pragma omp atomic
        heap[k % 2].count++;
#pragma omp atomic
        heap[k % 2].small++;
#pragma omp atomic
        heap[k % 2].total += k;
#pragma omp atomic
        bits_and &= ~(1u << k % 31);
#pragma omp atomic
        bits_or |= 1u << k % 17;
#pragma omp atomic
        bits_xor ^= (unsigned)k;
        if (k % 8 == 0) {
#pragma omp atomic
            product *= 3;
#pragma omp atomic
            divided /= 2;
#pragma omp atomic
            left <<= 2;
#pragma omp atomic
            right >>= 1;
        }
        int now;
#pragma omp atomic read
        now = i;
        seen += now > 0 && now <= 96;
#pragma omp atomic write
        heap[1].tag = 'w';
    }
    printf("%d %d %d %d %d %d %u %ld %lu %lld\n", c, sc, uc, s, us, i, u, l, ul,
           ll);
    printf("%d %d %d %x %x %x %lx %lx %ld\n", local, product, divided, bits_and,
           bits_or, bits_xor, left, right, seen);
    printf("%d %d %d %d %ld %ld %c\n", heap[0].count, heap[1].count,
           heap[0].small, heap[1].small, heap[0].total, heap[1].total,
           heap[1].tag);
    free(heap);
    return 0;
}
