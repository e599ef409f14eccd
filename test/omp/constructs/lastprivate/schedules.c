/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * lastprivate under every schedule: the value of the last iteration,
 * whichever thread ran it and in whatever order; for scalars, arrays and
 * structs; and together with firstprivate.
 */
#include <stdio.h>

struct pair {
    int a, b;
};

int main(void)
{
    int x = -1, list[4] = {0}, both = 100, y = -1, z = -1, w = -1, empty = 5;
    struct pair pair = {0, 0};

    for (int round = 0; round < 20; round++) {
#pragma omp parallel for schedule(static) lastprivate(x)
        for (int i = 0; i < 37 + round; i++)
            x = i;
#pragma omp parallel for schedule(static, 3) lastprivate(list, pair)
        for (int i = 0; i < 38; i++) {
            for (int k = 0; k < 4; k++)
                list[k] = i * k;
            pair = (struct pair){i, -i};
        }
#pragma omp parallel for schedule(dynamic, 2) lastprivate(y)
        for (int i = 50; i > round; i--)
            y = i;
#pragma omp parallel for schedule(guided) lastprivate(z)
        for (long i = 0; i < 60 + round; i++)
            z = (int)i;
        both = 100;
#pragma omp parallel for schedule(dynamic) firstprivate(both) lastprivate(both)
        for (int i = 0; i < 10; i++)
            both = i == 9 ? both + 1000 - both % 100 : both;
#pragma omp parallel for schedule(runtime) lastprivate(w)
        for (int i = 0; i < 10; i++)
            w = i * i;
#pragma omp parallel for lastprivate(empty) firstprivate(empty)
        for (int i = 0; i < round * 0; i++)
            empty = i;
        printf("%d %d %d %d %d %d %d %d %d\n", x, list[3], pair.a, pair.b, y, z,
               both, w, empty);
    }
    return 0;
}
