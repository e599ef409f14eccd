/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Globals with everything that C compilers let one say about them: weak,
 * hidden, aliased, in a section, tentative in two units, with another name
 * for the assembler, packed, of size zero.
 */
// REFUSED: 'other_name' is an alias of another symbol, which an OpenMP
#include <stdio.h>

int tentative __attribute__((common)); /* in the other unit too */
__attribute__((weak)) int overridden = 1;
__attribute__((weak)) int remains = 2;
__attribute__((visibility("hidden"))) long hidden[40];
static int target = 5;
extern int other_name __attribute__((alias("target")));
__attribute__((section("my_data"))) int placed = 6;
int renamed __asm__("name_in_assembler") = 7;
extern int renamed_there __asm__("name_there");
struct __attribute__((packed)) {
    char c;
    long unaligned;
    short s;
} packed = {1, 2, 3};
static struct {
    int count;
    int none[0];
} nothing;
void from_there(int i);

int main(void)
{
#pragma omp parallel for schedule(static, 2)
    for (int i = 0; i < 40; i++) {
        hidden[i] = overridden + remains + i;
#pragma omp atomic
        tentative++;
#pragma omp atomic
        target++;
#pragma omp atomic
        placed += 2;
#pragma omp atomic
        renamed += 3;
#pragma omp critical
        {
            packed.unaligned += i;
            packed.s++;
            nothing.count++;
        }
        from_there(i);
    }
    long sum = 0;
    for (int i = 0; i < 40; i++)
        sum += hidden[i];
    printf("%d %d %d %ld %d %d %d %d\n", tentative, overridden, remains, sum,
           other_name, placed, renamed, renamed_there);
    printf("%d %ld %d %d\n", packed.c, packed.unaligned, packed.s,
           nothing.count);
    return 0;
}
