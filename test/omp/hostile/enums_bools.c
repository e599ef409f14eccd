/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Shared variables of small types: bool, enums, chars, 128-bit integers,
 * pointers to void; as flags, in reductions, in loops over characters.
 */
#include <stdbool.h>
#include <stdio.h>

enum colour { RED, GREEN, BLUE, COLOURS };
static enum colour colours[90];
static bool seen[COLOURS], all_even = true;
static bool any;
static signed char small[90];
static void *anything;
static __int128 huge;

int main(void)
{
    bool every = true;
    int per_colour[COLOURS] = {0};
    unsigned __int128 wide[4] = {0, 0, 0, 0};

#pragma omp parallel for reduction(&& : every) reduction(|| : any)             \
    reduction(+ : per_colour)
    for (int i = 0; i < 90; i++) {
        colours[i] = (enum colour)(i * i % COLOURS);
        per_colour[colours[i]]++;
        every = every && i < 90;
        any = any || i == 50;
        small[i] = (signed char)(i - 45);
        if (i % 2 != 0) {
#pragma omp atomic write
            all_even = false;
        }
#pragma omp critical
        {
            seen[colours[i]] = true;
            huge += (__int128)i << 70;
        }
    }
#pragma omp parallel for schedule(static, 1)
    for (char c = 'a'; c < 'e'; c++)
        wide[c - 'a'] = ((unsigned __int128)c << 64) + (unsigned)c;
    anything = &colours[7];
    enum colour through = RED;
#pragma omp parallel for lastprivate(through) schedule(static, 7)
    for (int i = 0; i < 10; i++)
        through = (enum colour)(*(enum colour *)anything + (unsigned)i % 2);
    int sum = 0;
    for (int i = 0; i < 90; i++)
        sum += small[i] * (int)colours[i];
    printf("%d %d %d %d %d %d\n", every, any, all_even, seen[RED], seen[GREEN],
           seen[BLUE]);
    printf("%d %d %d %d %d\n", per_colour[0], per_colour[1], per_colour[2],
           through, sum);
    printf("%ld %ld\n", (long)(huge >> 70), (long)(wide[2] >> 64));
    return 0;
}
