/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * errno belongs to a thread: set by calls that fail in some iterations and
 * not in others, also right after shared data was touched for the first
 * time.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char digits[128][40];
static long fresh[1 << 16];

int main(void)
{
    int overflows = 0, invalid = 0, untouched = 0;

    for (int i = 0; i < 128; i++)
        snprintf(digits[i], sizeof digits[i],
                 i % 3 ? "%d" : "%d9999999999999999999", i + 1);
#pragma omp parallel for reduction(+ : overflows, invalid, untouched)          \
    schedule(static, 1)
    for (int i = 0; i < 128; i++) {
        errno = 0;
        long value = strtol(digits[i], NULL, 10);
        overflows += errno == ERANGE && value > i + 1;
        errno = 0;
        invalid += close(-1) < 0 && errno == EBADF;
        errno = 1234;
        fresh[i * 512 % (1 << 16)] = i; /* a fault, perhaps */
        free(malloc((size_t)i * 100 + 1));
        untouched += errno == 1234;
    }
    printf("%d %d %d\n", overflows, invalid, untouched);
    return 0;
}
