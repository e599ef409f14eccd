/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * C11 atomics, the __atomic and __sync builtins, and an instruction with a
 * lock prefix, on shared data in regions: spin lock, exchange, fetch-and-op,
 * compare-and-swap, atomic structs.
 */
#include <stdatomic.h>
#include <stdio.h>

static atomic_int counter;
static _Atomic unsigned long bits;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static long guarded;
static _Atomic(long *) newest;
static int builtin, old_builtin, by_instruction;
static struct pair {
    int a, b;
} first = {1, 2};
static _Atomic struct pair pair;

int main(void)
{
    long cells[160];
    atomic_short local = 0;

    atomic_store(&pair, first);
#pragma omp parallel for schedule(static, 2)
    for (int i = 0; i < 160; i++) {
        atomic_fetch_add(&counter, 2);
        bits |= 1ul << i % 40;
        local++;
        __atomic_fetch_add(&builtin, i, __ATOMIC_RELAXED);
        __sync_fetch_and_sub(&old_builtin, 1);
        __asm__ volatile("lock; addl %1, %0"
                         : "+m"(by_instruction)
                         : "ir"(3)
                         : "cc");
        struct pair old = atomic_load(&pair), new;
        do
            new = (struct pair){old.a + 1, old.b - 1};
        while (!atomic_compare_exchange_weak(&pair, &old, new));
        while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
            ;
        guarded += i;
        atomic_flag_clear_explicit(&lock, memory_order_release);
        cells[i] = i;
        atomic_exchange(&newest, &cells[i]);
    }
    struct pair end = atomic_load(&pair);
    printf("%d %lx %d %d %d %d %d %d %ld %d\n", counter, bits, local, builtin,
           old_builtin, by_instruction, end.a, end.b, guarded,
           newest >= cells && newest < cells + 160);
    return 0;
}
