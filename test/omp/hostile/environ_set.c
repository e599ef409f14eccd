/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * setenv in main, then getenv in a region.
 */
// DIFFERS: the environment belongs to the C library of each host
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    int right = 0;

    setenv("HOSTILE_SIZE", "17", 1);
#pragma omp parallel for schedule(static, 1) reduction(+ : right)
    for (int i = 0; i < 8; i++) {
        const char *size = getenv("HOSTILE_SIZE");
        right += size && strcmp(size, "17") == 0;
    }
    printf("%d\n", right);
    return 0;
}
