/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Allocation: any size, any host frees, what was freed is used again, and
 * what cannot be met says so.
 */
#include <errno.h>

#include "spmd.h"

enum { SIZES = 14 };
static const size_t sizes[SIZES] = {
    1, 7, 8, 24, 100, 512, 672, 4095, 4096, 4097, 8192, 10000, 65536, 1000000};

static unsigned char *filled(size_t bytes, int value)
{
    unsigned char *block = mpg_malloc(bytes);
    CHECK(block != NULL);
    CHECK_EQ((uintptr_t)block % (bytes >= 8 ? 8 : 1), 0);
    memset(block, value, bytes);
    return block;
}

static int is_filled(const unsigned char *block, size_t bytes, int value)
{
    for (size_t i = 0; i < bytes; i++)
        if (block[i] != value)
            return 0;
    return 1;
}

/* Each host allocates; the next one checks, writes and frees. */
static void across_hosts(void)
{
    int hosts = mpg_hosts(), host = mpg_host(), next = (host + 1) % hosts;
    unsigned char **blocks =
        spmd_malloc((size_t)hosts * SIZES * sizeof *blocks);
    for (int i = 0; i < SIZES; i++)
        blocks[host * SIZES + i] = filled(sizes[i], host * SIZES + i);
    mpg_barrier();
    for (int i = 0; i < SIZES; i++) {
        unsigned char *block = blocks[next * SIZES + i];
        CHECK(is_filled(block, sizes[i], next * SIZES + i));
        memset(block, 0xee, sizes[i]);
        mpg_free(block);
    }
    mpg_barrier();
}

/* Memory for ever would not last for this many rounds. */
static void reuse(void)
{
    enum { ROUNDS = 150, BYTES = 1 << 20 };
    unsigned char **slot = spmd_malloc(sizeof *slot);
    int hosts = mpg_hosts(), host = mpg_host();
    uintptr_t low = UINTPTR_MAX, high = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (round % hosts == host) {
            *slot = mpg_malloc(BYTES);
            CHECK(*slot != NULL);
            (*slot)[round] = 1;
        }
        mpg_barrier();
        uintptr_t at = (uintptr_t)*slot;
        low = at < low ? at : low;
        high = at > high ? at : high;
        mpg_barrier();
        if ((round + 1) % hosts == host)
            mpg_free(*slot);
        mpg_barrier();
    }
    CHECK_LT(high - low, (uintptr_t)64 * BYTES * (unsigned)hosts);
}

static void limits(void)
{
    mpg_free(NULL);
    errno = 0;
    CHECK(mpg_malloc_grain(8192, 100) == NULL);
    CHECK_EQ(errno, EINVAL);
    errno = 0;
    CHECK(mpg_malloc_grain(8192, 0) == NULL);
    CHECK_EQ(errno, EINVAL);
    errno = 0;
    CHECK(mpg_malloc(SIZE_MAX / 2) == NULL);
    CHECK_EQ(errno, ENOMEM);
    char *grains = mpg_malloc_grain(3 * 8192, 8192);
    CHECK(grains != NULL);
    CHECK_EQ((uintptr_t)grains % 4096, 0);
    memset(grains, 1, 3 * 8192);
    mpg_free(grains);
    char *empty = mpg_malloc(0);
    mpg_free(empty);
}

int main(void)
{
    across_hosts();
    reuse();
    limits();
    return spmd_report();
}
