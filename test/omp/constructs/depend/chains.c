/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * depend: chains by inout, readers between writers, diamonds, dependences on
 * elements and on sections; what comes out is what one thread would compute.
 */
#include <stdio.h>

int main(void)
{
    long chain = 1, seen[20], cells[8] = {0}, diamond[4] = {0};
    int fan = 0;

#pragma omp parallel num_threads(4)
#pragma omp single
    {
        for (int i = 0; i < 20; i++) {
#pragma omp task depend(inout : chain) shared(chain)
            chain = (chain * 7 + i) % 10007;
#pragma omp task depend(in : chain) shared(chain, seen)
            seen[i] = chain;
#pragma omp task depend(in : chain) shared(fan)
            {
#pragma omp atomic
                fan++;
            }
        }
        for (int round = 0; round < 5; round++)
            for (int i = 0; i < 8; i++) {
#pragma omp task depend(inout : cells[i]) depend(in : cells[(i + 7) % 8])      \
    shared(cells)
                cells[i] += cells[(i + 7) % 8] + i + 1;
            }
#pragma omp task depend(out : diamond[0]) shared(diamond)
        diamond[0] = 3;
#pragma omp task depend(in : diamond[0]) depend(out : diamond[1])              \
    shared(diamond)
        diamond[1] = diamond[0] * 5;
#pragma omp task depend(in : diamond[0]) depend(out : diamond[2])              \
    shared(diamond)
        diamond[2] = diamond[0] * 7;
#pragma omp task depend(in : diamond[1 : 1], diamond[2 : 1])                   \
    depend(out : diamond[3]) shared(diamond)
        diamond[3] = diamond[1] + diamond[2];
    }
    long sum = 0, other = 0;
    for (int i = 0; i < 20; i++)
        sum = (sum * 3 + seen[i]) % 1000003;
    for (int i = 0; i < 8; i++)
        other = (other * 31 + cells[i]) % 1000003;
    printf("%ld %ld %d %ld %ld\n", chain, sum, fan, other, diamond[3]);
    return 0;
}
