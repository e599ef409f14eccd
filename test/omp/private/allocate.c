/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Variables with an allocator: by a directive, of regions, of tasks, of target.
 *
 * RUN: %same %s
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>

static int table[100];
#pragma omp allocate(table) allocator(omp_large_cap_mem_alloc)

static int sum_of(const int *list, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += list[i];
    return sum;
}

/* Each call has one of its own. */
static long fill(int depth)
{
    int list[64], sum;
#pragma omp allocate(list, sum) allocator(omp_high_bw_mem_alloc)
    for (int i = 0; i < 64; i++)
        list[i] = depth;
    sum = sum_of(list, 64);
    return sum + (depth ? fill(depth - 1) : 0) + sum_of(list, 64) - sum;
}

/* SAYS: 4950
 * SAYS: 640 1
 * SAYS: 1056
 * SAYS: 8128
 * SAYS: 42 0
 */
int main(void)
{
    int wanted = 0, kept[64];
    long sums = 0;
#pragma omp allocate(kept) align(128) allocator(omp_low_lat_mem_alloc)

#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 100; i++)
        table[i] = i;
    printf("%d\n", sum_of(table, 100));

#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 64; i++)
        kept[i] = 10;
    printf("%d %d\n", sum_of(kept, 64), (uintptr_t)kept % 128 == 0);

    /* Sixteen tasks, whose copies other threads have. */
#pragma omp parallel num_threads(4)
#pragma omp single
    for (int i = 0; i < 16; i++) {
        wanted = i;
#pragma omp task firstprivate(wanted) allocate(omp_large_cap_mem_alloc : wanted)
#pragma omp atomic
        table[0] += wanted + 58 + (wanted == 0 ? 8 : 0);
    }
    printf("%d\n", table[0]);

#pragma omp parallel num_threads(4) reduction(+ : sums)                        \
    allocate(omp_cgroup_mem_alloc : sums)
#pragma omp for
    for (int i = 0; i < 127; i++)
        sums += fill(1);
    printf("%ld\n", sums);

    omp_alloctrait_t traits[] = {{omp_atk_alignment, 64}};
    omp_allocator_handle_t mine;
    int x = 42, off = 1;
#pragma omp target uses_allocators(mine(traits)) firstprivate(x)               \
    allocate(mine : x) map(from : off, wanted)
    {
        off = (int)((uintptr_t)&x % 64);
        wanted = x;
    }
    printf("%d %d\n", wanted, off);
    return 0;
}
