/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other unit of linkage_a.c.
 */
int tentative __attribute__((common));
int overridden = 10;
int there __asm__("name_there") = 100;
extern __attribute__((visibility("hidden"))) long hidden[40];
void from_there(int i);

void from_there(int i)
{
#pragma omp atomic
    tentative += 10;
#pragma omp atomic
    there += 5;
    hidden[i] += 1000;
}
