/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Copies from one contended minipage to another, in both directions at the
 * same time, by single instructions that read one and write the other.
 */
#include "spmd.h"

enum { ROUNDS = 12, BYTES = 2048 };

static void copy_bytes(char *to, const char *from, size_t bytes)
{
    __asm__ volatile("rep movsb"
                     : "+D"(to), "+S"(from), "+c"(bytes)
                     :
                     : "memory");
}

int main(void)
{
    char *pages = spmd_pages(2 * 4096);
    char *a = pages, *b = pages + 4096;
    if (mpg_host() == 0) {
        memset(a, 'x', 4096);
        memset(b, 'x', 4096);
    }
    mpg_barrier();
    for (int i = 0; i < ROUNDS; i++) {
        if (mpg_host() % 2) {
            copy_bytes(a, b, BYTES);
            memcpy(b, a, BYTES);
        } else {
            copy_bytes(b, a, BYTES);
            memcpy(a, b, BYTES);
        }
    }
    mpg_barrier();
    for (int i = 0; i < BYTES; i++) {
        CHECK_EQ(a[i], 'x');
        CHECK_EQ(b[i], 'x');
    }
    return spmd_report();
}
