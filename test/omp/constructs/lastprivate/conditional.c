/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The value of the last iteration that assigns, which Clang tells by a variable
 * that each host would have for itself.
 */
// REFUSED: clause 'lastprivate(conditional: ...)' is not supported across hosts
#include <stdio.h>

int main(void)
{
    int last = -1;
#pragma omp parallel for lastprivate(conditional : last)
    for (int i = 0; i < 100; i++)
        if (i % 7 == 0)
            last = i;
    printf("%d\n", last);
    return 0;
}
