/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The environment as it was at the start is the same for every thread.
 */
// ENV: HOSTILE_COLOUR=green
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

int main(void)
{
    int right = 0, found = 0;

#pragma omp parallel for schedule(static, 1) reduction(+ : right, found)
    for (int i = 0; i < 16; i++) {
        const char *colour = getenv("HOSTILE_COLOUR");
        right += colour && strcmp(colour, "green") == 0;
        right += getenv("HOSTILE_NOTHING") == NULL;
        for (char **e = environ; *e; e++)
            found += strcmp(*e, "HOSTILE_COLOUR=green") == 0;
    }
    printf("%d %d\n", right, found);
    return 0;
}
