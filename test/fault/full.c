/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *   full [arrays]
 *
 * Fills the memory object from the last host, with single minipages or with
 * arrays, until there is no room: that is NULL and ENOMEM, and no end of
 * anything.
 * What was there stays right, and what is freed can be had again.
 */
#include <errno.h>
#include <string.h>

#include "spmd.h"

enum { COUNT_MAX = 1 << 16, BYTES = 8192 };

static char *list[COUNT_MAX];

static int fill(void *(*allocate)(void))
{
    int count = 0;

    errno = 0;
    while ((list[count] = allocate())) {
        CHECK_LT(count, COUNT_MAX - 1);
        *list[count] = (char)count;
        count++;
    }
    CHECK_EQ(errno, ENOMEM);
    return count;
}

static void *allocate_one(void)
{
    return mpg_malloc(BYTES);
}

static void *allocate_array(void)
{
    return mpg_malloc_grain(BYTES, 4096);
}

static void fill_and_empty(void *(*allocate)(void))
{
    int count = fill(allocate);

    CHECK_GT(count, 8);
    for (int i = 0; i < count; i++)
        CHECK_EQ(*list[i], (char)i);
    mpg_free(list[0]);
    list[0] = allocate();
    CHECK(list[0] != NULL);
    for (int i = 0; i < count; i++)
        mpg_free(list[i]);
    CHECK_EQ(fill(allocate), count);
    for (int i = 0; i < count; i++)
        mpg_free(list[i]);
}

int main(int argc, char **argv)
{
    int is_array = argc > 1 && strcmp(argv[1], "arrays") == 0;

    if (mpg_host() == mpg_hosts() - 1) {
        CHECK(mpg_malloc((size_t)1 << 40) == NULL);
        CHECK(mpg_malloc_grain((size_t)1 << 40, 4096) == NULL);
        fill_and_empty(is_array ? allocate_array : allocate_one);
        puts("full: right");
    }
    mpg_barrier();
    return 0;
}
