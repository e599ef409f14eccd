/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A region that captures more than any list of arguments likes: forty
 * variables of all types, by reference and by value.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
    char c1 = 1, c2 = 2, c3 = 3;
    short s1 = 4, s2 = 5, s3 = 6;
    int i1 = 7, i2 = 8, i3 = 9, i4 = 10, i5 = 11;
    long l1 = 12, l2 = 13, l3 = 14, l4 = 15, l5 = 16;
    float f1 = 17, f2 = 18, f3 = 19;
    double d1 = 20, d2 = 21, d3 = 22, d4 = 23, d5 = 24;
    long double w1 = 25, w2 = 26;
    int a1[3] = {1, 2, 3}, a2[2][2] = {{4, 5}, {6, 7}};
    double v1[5] = {1, 2, 3, 4, 5};
    struct {
        int x, y;
    } p1 = {1, 2}, p2 = {3, 4};
    int *q1 = &i1, **q2 = &q1;
    const char *t1 = "text";
    long r1 = 0, r2 = 0, r3 = 1;
    int last = 0;
    double seen[16] = {0};

    (void)argv;
#pragma omp parallel for firstprivate(c1, s1, i2, l2, f1, d1, w1, p1, a1)      \
    lastprivate(last) reduction(+ : r1, r2) reduction(* : r3)                  \
    schedule(static, 1)
    for (int i = 0; i < 16; i++) {
        c1++, s1 = (short)(s1 + 0), p1.x += 0, a1[0] += 0;
        c1--;
        r1 += c1 + c2 + c3 + s1 + s2 + s3 + i1 + i2 + i3 + i4 + i5 + argc;
        r2 += l1 + l2 + l3 + l4 + l5 + **q2 + t1[i % 4];
        r3 *= 1 + i % 2;
        seen[i] = f1 + f2 + f3 + d1 + d2 + d3 + d4 + d5 + (double)(w1 + w2) +
                  a1[i % 3] + a2[i % 2][1] + v1[i % 5] + p1.x + p2.y + *q1;
        last = i * argc;
    }
    double sum = 0;
    for (int i = 0; i < 16; i++)
        sum += seen[i] * (i + 1);
    printf("%ld %ld %ld %.1f %d\n", r1, r2, r3, sum, last);
    return 0;
}
