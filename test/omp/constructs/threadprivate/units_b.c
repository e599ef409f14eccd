/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other unit of units_a.c.
 */
int there = 1;
#pragma omp threadprivate(there)
extern int here;
#pragma omp threadprivate(here)
int add_there(int);

int add_there(int amount)
{
    there += amount;
    return there + here;
}
