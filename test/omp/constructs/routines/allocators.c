/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * omp_alloc and its like: alignment, pools with what happens when one is used
 * up, zeros, growing, memory that goes from thread to thread, and variables of
 * regions that are allocated so.
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int is_aligned(const void *pointer, uintptr_t align)
{
    return pointer && (uintptr_t)pointer % align == 0;
}

static omp_allocator_handle_t pool_of(size_t bytes, omp_alloctrait_value_t then,
                                      omp_allocator_handle_t next)
{
    omp_alloctrait_t traits[] = {{omp_atk_pool_size, bytes},
                                 {omp_atk_fallback, then},
                                 {omp_atk_fb_data, (omp_uintptr_t)next},
                                 {omp_atk_pinned, omp_atv_default}};
    return omp_init_allocator(omp_default_mem_space, 4, traits);
}

static void pools(void)
{
    omp_allocator_handle_t small = pool_of(60000, omp_atv_null_fb, 0);
    omp_allocator_handle_t falls = pool_of(100, omp_atv_allocator_fb, small);
    omp_allocator_handle_t usual = pool_of(100, omp_atv_default_mem_fb, 0);
    void *first = omp_alloc(40000, small), *second = omp_alloc(40000, small);
    printf("%d %d\n", first != NULL, second != NULL);
    printf("%d\n", omp_alloc(40000, falls) != NULL);
    omp_free(first, omp_null_allocator);
    first = omp_alloc(40000, falls); /* Of the second pool. */
    printf("%d %d\n", first != NULL, omp_alloc(40000, small) != NULL);
    omp_free(first, falls);
    second = omp_alloc(40000, usual);
    printf("%d\n", second != NULL);
    omp_free(second, usual);
    omp_destroy_allocator(usual);
    omp_destroy_allocator(falls);
    omp_destroy_allocator(small);
}

static void alignments(void)
{
    omp_alloctrait_t pages = {omp_atk_alignment, 4096},
                     odd = {omp_atk_alignment, 3};
    omp_allocator_handle_t made =
        omp_init_allocator(omp_large_cap_mem_space, 1, &pages);
    char *a = omp_alloc(10, made);
    char *b = omp_aligned_alloc(256, 100, omp_default_mem_alloc);
    char *dirty[100];
    for (int i = 0; i < 100; i++)
        dirty[i] =
            memset(omp_aligned_alloc(64, 1000, omp_high_bw_mem_alloc), 1, 1000);
    for (int i = 0; i < 100; i++)
        omp_free(dirty[i], omp_high_bw_mem_alloc);
    char *c = omp_aligned_calloc(64, 10, 100, omp_high_bw_mem_alloc);
    printf("%d %d %d\n", is_aligned(a, 4096), is_aligned(b, 256),
           is_aligned(c, 64));
    int sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += c[i];
    printf("%d\n", sum);
    omp_free(a, made);
    omp_free(b, omp_default_mem_alloc);
    omp_free(c, omp_null_allocator);
    omp_free(NULL, made);
    omp_destroy_allocator(made);
    printf("%d %d\n", omp_alloc(0, omp_default_mem_alloc) != NULL,
           omp_init_allocator(omp_default_mem_space, 1, &odd) !=
               omp_null_allocator);
}

/* One thread allocates, the next one lets it grow, the one after frees it. */
static void growing(void)
{
    int *parts[4], wrong = 0;
#pragma omp parallel num_threads(4) reduction(+ : wrong)
    {
        int me = omp_get_thread_num();
        int *part = omp_alloc(10 * sizeof *part, omp_default_mem_alloc);
        for (int i = 0; i < 10; i++)
            part[i] = 10 * me + i;
        parts[me] = part;
#pragma omp barrier
        int next = (me + 1) % 4;
        part = omp_realloc(parts[next], 5000 * sizeof *part, omp_null_allocator,
                           omp_null_allocator);
        for (int i = 0; i < 5000; i++)
            if (i < 10)
                wrong += part[i] != 10 * next + i;
            else
                part[i] = next;
#pragma omp barrier
        parts[me] = part;
#pragma omp barrier
        part = parts[next];
        wrong += part[4999] != (next + 1) % 4 || part[0] % 10;
        part = omp_realloc(part, 4, omp_default_mem_alloc, omp_null_allocator);
        wrong += part[0] != (next + 1) % 4 * 10;
        omp_free(part, omp_default_mem_alloc);
    }
    printf("%d\n", wrong);
}

static void variables(void)
{
    int x = 5, many[100], total = 0;
    memset(many, 1, sizeof many);
#pragma omp parallel num_threads(4) private(many) firstprivate(x)              \
    reduction(+ : total) allocate(omp_large_cap_mem_alloc : many, x)
    {
        for (int i = 0; i < 100; i++)
            many[i] = omp_get_thread_num();
#pragma omp barrier
        for (int i = 0; i < 100; i++)
            total += many[i] + x;
    }
    printf("%d %d\n", total, x);
#pragma omp parallel num_threads(4)
#pragma omp for firstprivate(x) lastprivate(x) allocate(x)
    for (int i = 0; i < 20; i++)
        x = i;
    printf("%d\n", x);
}

int main(void)
{
    printf("%d\n", omp_get_default_allocator() == omp_default_mem_alloc);
    omp_set_default_allocator(omp_const_mem_alloc);
    printf("%d\n", omp_get_default_allocator() == omp_const_mem_alloc);
    int others = 0;
#pragma omp parallel num_threads(4) reduction(+ : others)
    others += omp_get_default_allocator() == omp_const_mem_alloc;
    printf("%d\n", others);
    pools();
    alignments();
    growing();
    variables();
    return 0;
}
