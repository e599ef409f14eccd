/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Alignment beyond that of the types: aligned(64) and aligned(4096) globals
 * and locals, aligned_alloc, posix_memalign, over-aligned structs in arrays,
 * SSE vectors.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct __attribute__((aligned(64))) line {
    long count;
};
typedef float vector __attribute__((vector_size(16)));

static struct line lines[16];
static char page[100] __attribute__((aligned(4096))) = "on a page";
static _Alignas(256) int wide = 3;
static vector vectors[50];

static int aligned(const void *p, uintptr_t to)
{
    return (uintptr_t)p % to == 0;
}

int main(void)
{
    _Alignas(128) long local[20];
    struct line on_stack[4] = {{0}, {0}, {0}, {0}};
    int right = 0;

#pragma omp parallel for reduction(+ : right) schedule(static, 1)
    for (int i = 0; i < 20; i++) {
        struct line mine = {i};
        struct line *heap = aligned_alloc(64, 3 * sizeof *heap);
        void *other = NULL;
        if (posix_memalign(&other, 1024, 5000) != 0)
            abort();
        right += aligned(lines, 64) + aligned(page, 4096) + aligned(&wide, 256);
        right += aligned(local, 128) + aligned(on_stack, 64) +
                 aligned(&mine, 64) + aligned(heap, 64) + aligned(other, 1024);
        right += aligned(vectors, 16);
        heap[2] = mine;
        local[i] = heap[2].count + page[i % 9] + wide;
        vectors[i] = (vector){(float)i, 1, 2, 3} * 2.0f;
        vectors[i + 20] = vectors[i] + vectors[i];
        free(heap);
        free(other);
#pragma omp atomic
        lines[i % 16].count += i;
#pragma omp atomic
        on_stack[i % 4].count++;
    }
    long sum = 0;
    float total = 0;
    for (int i = 0; i < 20; i++) {
        sum += local[i] + lines[i % 16].count + on_stack[i % 4].count;
        total += vectors[i + 20][0] + vectors[i][3];
    }
    printf("%d %ld %.1f\n", right, sum, (double)total);
    return 0;
}
