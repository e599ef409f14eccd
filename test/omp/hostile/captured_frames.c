/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Locals that regions read, in frames that are many at a time (recursion),
 * left in the middle (longjmp), interrupted (a signal handler), or of another
 * region (nesting, tasks); and by both ways of an if clause.
 */
#include <omp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static long out[64];

static long sum(void)
{
    long s = 0;
    for (int i = 0; i < 64; i++)
        s += out[i] * (i % 7 + 1);
    return s;
}

/* Each depth reads its own, before and after the depths below. */
static long down(int depth, long above)
{
    long own = above * 3 + depth, below = 0;
#pragma omp parallel for
    for (int i = 0; i < 64; i++)
        out[i] = own + i * depth;
    long mine = sum();
    if (depth)
        below = down(depth - 1, own % 1000);
    own++;
#pragma omp parallel for
    for (int i = 0; i < 64; i++)
        out[i] = own - below % 10;
    return mine + sum() + below;
}

/* In a region that calls itself: every thread has its own frames. */
static long inside(int depth, long value)
{
    long found = 0;
    if (!depth)
        return value;
#pragma omp parallel num_threads(2) reduction(+ : found) if (depth % 2)
    {
        int tid = omp_get_thread_num();
        if (tid == 0)
            found += inside(depth - 1, value + depth);
    }
    return found + value;
}

static void nested(int n, double factor)
{
    long total = 0;
    char mark = 1;
    for (int round = 0; round < 3; round++) {
#pragma omp parallel num_threads(3) reduction(+ : total)
        {
            int own = n + omp_get_thread_num();
            long part = 0;
#pragma omp parallel for num_threads(2) reduction(+ : part)
            for (int i = 0; i < 8; i++) {
                long deep = 0;
#pragma omp parallel reduction(+ : deep)
                deep += (long)(own * factor) + n + mark + i;
                part += deep;
            }
            own = -own; /* between two regions inside a region */
#pragma omp parallel num_threads(1) shared(own)
            {
#pragma omp single
                out[omp_get_thread_num()] = own;
            }
            total += part + own;
        }
        n += 10;
        factor /= 2;
        mark = (char)-mark;
    }
    printf("nested %ld\n", total);
}

static void clause(int limit)
{
    int value = 1;
    for (int n = 0; n < 6; n++) {
#pragma omp parallel for if (n % 2 == 0 && n < limit)
        for (int i = 0; i < 64; i++)
            out[i] = value + i * n;
        value = value * 5 - n;
        printf("clause %ld\n", sum());
    }
}

/* A task has the variable, not what it was. */
static void tasks(int n)
{
    int changed = n, read = n * 2;
#pragma omp parallel
#pragma omp single
    {
#pragma omp task shared(changed)
        changed += read;
#pragma omp taskwait
#pragma omp task firstprivate(changed) shared(read)
        out[0] = changed + read;
    }
    printf("tasks %d %ld\n", changed, out[0]);
}

static jmp_buf back;

static void leave(int depth, int jump)
{
    int value = depth * 9;
#pragma omp parallel for
    for (int i = 0; i < 64; i++)
        out[i] += value;
    if (depth)
        leave(depth - 1, jump);
    else if (jump)
        longjmp(back, 1);
}

static void jumps(void)
{
    volatile int tries = 0;
    int constant = 4;
    for (int i = 0; i < 64; i++)
        out[i] = i;
    setjmp(back);
    if (++tries < 4)
        leave(tries, 1);
#pragma omp parallel for
    for (int i = 0; i < 64; i++)
        out[i] += constant * tries;
    printf("jumps %ld\n", sum());
}

static volatile sig_atomic_t *told;

static void handler(int number)
{
    *told += number == SIGUSR1 ? 1 : 100;
}

static void signals(void)
{
    volatile sig_atomic_t count = 0;
    int plain = 8;
    told = &count;
    signal(SIGUSR1, handler);
    for (int round = 0; round < 3; round++) {
        raise(SIGUSR1);
#pragma omp parallel for
        for (int i = 0; i < 64; i++)
            out[i] = count * 10 + plain;
        plain = -plain;
        printf("signals %d %ld\n", (int)count, sum());
    }
}

/* Waits for what another thread says, beside what nobody changes. */
static void spins(int limit)
{
    int flag = 0, stop = 0;
    long seen = 0;
#pragma omp parallel num_threads(2)
    {
        if (omp_get_thread_num() == 0) {
            seen = limit;
#pragma omp flush
#pragma omp atomic write
            flag = 1;
        } else {
            int now = 0;
            while (!now && !stop) {
#pragma omp flush
#pragma omp atomic read
                now = flag;
            }
#pragma omp flush
            out[0] = seen + stop;
        }
    }
    printf("spins %ld\n", out[0]);
}

int main(void)
{
    printf("down %ld\n", down(6, 5));
    printf("inside %ld\n", inside(5, 2));
    nested(4, 3.5);
    clause(5);
    tasks(7);
    jumps();
    signals();
    spins(6);
    return 0;
}
