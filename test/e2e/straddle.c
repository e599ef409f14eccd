/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Instructions that need two minipages at once, while other hosts want both:
 * stores and loads of 8 and of 32 bytes across the border of two pages, and a
 * locked increment there.
 */
#include <immintrin.h>

#include "spmd.h"

enum { ROUNDS = 60, BORDER = 4096 };

static char *pages;

__attribute__((target("avx"))) static void store_wide(char *to, int value)
{
    _mm256_storeu_si256((__m256i *)to, _mm256_set1_epi8((char)value));
}

/* Everybody stores over the border at the same time: it must end. */
static void narrow(void)
{
    char *middle = pages + BORDER - 3;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t value = 0x0101010101010101u * (unsigned)(mpg_host() + 1);
        __asm__ volatile("movq %1, (%0)" ::"r"(middle), "r"(value) : "memory");
        __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(middle));
        for (int k = 0; k < 8; k++)
            CHECK_LE(value >> 8 * k & 0xff, (unsigned)mpg_hosts());
    }
}

static void wide(void)
{
    if (!__builtin_cpu_supports("avx"))
        return;
    for (int i = 0; i < ROUNDS; i++)
        store_wide(pages + BORDER - 16, mpg_host() + 1);
    mpg_barrier();
    for (int i = -16; i < 16; i++)
        CHECK_LE(pages[BORDER + i], mpg_hosts());
}

/* Split locks are atomic among threads of a machine; that they are single
 * instructions that come to an end is what can be asked here. */
static void both_sides(void)
{
    volatile long *left = (long *)(pages + BORDER - 8);
    volatile long *right = (long *)(pages + BORDER);
    for (int i = 0; i < ROUNDS; i++) {
        mpg_lock(1);
        ++*left;
        ++*right;
        mpg_unlock(1);
    }
    mpg_barrier();
    CHECK_EQ(*left, (long)ROUNDS * mpg_hosts());
    CHECK_EQ(*right, (long)ROUNDS * mpg_hosts());
}

int main(void)
{
    pages = spmd_pages(2 * BORDER);
    narrow();
    mpg_barrier();
    wide();
    mpg_barrier();
    if (mpg_host() == 0)
        memset(pages, 0, 2 * BORDER);
    mpg_barrier();
    both_sides();
    return spmd_report();
}
