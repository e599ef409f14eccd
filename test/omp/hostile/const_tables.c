/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Constants of every kind in regions: tables, strings, structs, const locals
 * and parameters, const pointers to data that changes, and changing pointers
 * to constants.
 */
#include <stdio.h>
#include <string.h>

static const int primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
static const char *const names[] = {"zero", "one", "two", "three"};
static const struct {
    const char *word;
    double weight;
    const int *list;
} entries[] = {{"alpha", 0.5, primes}, {"beta", 0.25, primes + 4}};
static const char text[][8] = {"ab", "cde", "fghi"};
const double global_constant = 2.5;

static int variable_a = 1, variable_b = 2;
static int *const fixed_pointers[] = {&variable_a, &variable_b};
static const int *current = primes; /* the pointer changes */

static long use(const long limit, const int *const list)
{
    const long factor = limit * list[1];
    long sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (long i = 0; i < limit; i++)
        sum += factor + primes[i % 8] + (long)strlen(names[i % 4]) +
               text[i % 3][1] +
               (long)(entries[i % 2].weight * 4 * global_constant) +
               entries[i % 2].list[i % 4] + *fixed_pointers[i % 2] +
               current[i % 2];
    return sum;
}

int main(void)
{
    static const int local_table[3] = {4, 5, 6};

    printf("%ld\n", use(100, local_table));
    variable_a = 50;
    *fixed_pointers[1] = 70;
    current = local_table + 1;
    printf("%ld\n", use(101, primes));
#pragma omp parallel sections
    {
#pragma omp section
        *fixed_pointers[0] += 3;
#pragma omp section
        *fixed_pointers[1] += 4;
    }
    printf("%d %d %s\n", variable_a, variable_b, entries[1].word);
    return 0;
}
