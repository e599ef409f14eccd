/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The status that main returns; exit handlers run once.
 *
 * RUN: %same %s
 */
#include <stdio.h>
#include <stdlib.h>

static void bye(void)
{
    printf("bye\n");
}

int main(void)
{
    atexit(bye);
#pragma omp parallel
#pragma omp single
    printf("hello\n");
    return 5;
}
