/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A task that depends on as many items as its iterator says: each sums up a
 * window of what the tasks before it wrote, and the last reads all.
 */
#include <stdio.h>

enum { ITEMS = 40, WINDOW = 5 };

static long item[ITEMS];

int main(void)
{
    long sum = 0;
#pragma omp parallel
#pragma omp single
    {
        for (int i = 0; i < ITEMS; i++) {
            int from = i > WINDOW ? i - WINDOW : 0;
#pragma omp task depend(iterator(k = from : i), in : item[k])                  \
    depend(out : item[i])
            {
                item[i] = 1;
                for (int k = from; k < i; k++)
                    item[i] = (item[i] + item[k] * (k + 1)) % 1000003;
            }
        }
#pragma omp task depend(iterator(int k = 0 : ITEMS : 3), inout : item[k])      \
    shared(sum)
        for (int k = 0; k < ITEMS; k += 3)
            sum += item[k];
#pragma omp task depend(in : item[36]) shared(sum)
        {
            sum = sum * 7 + item[36];
            printf("%ld %ld\n", sum, item[36]);
        }
#pragma omp task affinity(item) shared(sum) depend(inout : item[36])
        printf("after it %d\n", sum > 0);
    }
    for (int i = 0; i < ITEMS; i += 7)
        printf("%ld\n", item[i]);
    return 0;
}
