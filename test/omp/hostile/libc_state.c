/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * State that the C library keeps, used by all threads under a critical: rand
 * and strtok.
 */
// DIFFERS: the state of the C library is in each process
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long sum;
static char text[] = "one two three four five six seven eight";

int main(void)
{
    int words = 0, letters = 0;

    srand(7);
    strtok(text, " ");
#pragma omp parallel for reduction(+ : words, letters)
    for (int i = 0; i < 20; i++) {
#pragma omp critical
        {
            sum += rand() % 1000;
            const char *word = strtok(NULL, " ");
            words += word != NULL;
            letters += word ? (int)strlen(word) : 0;
        }
    }
    printf("%ld %d %d\n", sum, words, letters);
    return 0;
}
