/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "reset.h"

/* Bounds of the sections that fresh.h names; the linker makes them. */
extern char __start_mpg_bss[], __stop_mpg_bss[];
extern char __start_mpg_data[], __stop_mpg_data[];

/* So that there is one, whether or not the runtime has such variables. */
__attribute__((section("mpg_data"), used)) static int at_least_one = 1;

enum { MAPPINGS_MAX = 256 };

static void *mappings[MAPPINGS_MAX];
static size_t sizes[MAPPINGS_MAX];
static unsigned count, kept;
static char *bss, *data;

void *fresh_mmap(void *, size_t, int, int, int, off_t);
int fresh_munmap(void *, size_t);

void *fresh_mmap(void *at, size_t bytes, int protection, int flags, int fd,
                 off_t offset)
{
    (void)at, (void)protection, (void)flags, (void)fd, (void)offset;
    if (count == MAPPINGS_MAX || bytes > RESET_MAPPING_MAX)
        return (void *)-1; /* MAP_FAILED: no memory */
    mappings[count] = calloc(1, bytes);
    sizes[count] = bytes;
    return mappings[count++];
}

int fresh_munmap(void *at, size_t bytes)
{
    (void)bytes;
    for (unsigned i = 0; i < count; i++)
        if (mappings[i] == at) {
            free(at);
            mappings[i] = mappings[--count];
            sizes[i] = sizes[count];
            return 0;
        }
    abort();
}

/* Variables have red zones between them, which memcpy would stumble over. */
static void copy(void *to, const void *from, size_t bytes)
{
    __asm__ volatile("rep movsb"
                     : "+D"(to), "+S"(from), "+c"(bytes)
                     :
                     : "memory");
}

static size_t bss_bytes(void)
{
    return (size_t)(__stop_mpg_bss - __start_mpg_bss);
}

static size_t data_bytes(void)
{
    return (size_t)(__stop_mpg_data - __start_mpg_data);
}

void reset_keep(void)
{
    bss = malloc(bss_bytes());
    data = malloc(data_bytes());
    if (!bss || !data)
        abort();
    copy(bss, __start_mpg_bss, bss_bytes());
    copy(data, __start_mpg_data, data_bytes());
    kept = count;
}

void reset_now(void)
{
    while (count > kept)
        free(mappings[--count]);
    for (unsigned i = 0; i < kept; i++)
        memset(mappings[i], 0, sizes[i]);
    copy(__start_mpg_bss, bss, bss_bytes());
    copy(__start_mpg_data, data, data_bytes());
}
