/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Variables of two units: definitions, initialisers with addresses of shared
 * variables, functions and constants in them.
 */
#include <unistd.h>

/* exit would wait for hosts that are not coming. */
#define CHECK_END() _exit(1)
#include "check.h"
#include "millipage.h"

#include "units.h"

long cells[CELLS] = {[3] = 7, [63] = -1};
int table[CELLS][8] = {[5] = {1, 2, 3}};
long total = 5;
long *first_cell = &cells[3];

static const int constant = 42;

#pragma millipage shared
static struct {
    long *cell;
    int *row;
    void (*use)(int, int);
    const int *constant;
    const char *word;
} pointers = {&cells[63], table[5], use, &constant, "word"};

/* Private, but it says where something shared is. */
static long *const private_pointer = &cells[4];

int main(void)
{
    int me = mpg_host(), hosts = mpg_hosts();
    CHECK(first_cell == &cells[3] && *first_cell == 7);
    CHECK(pointers.cell == &cells[63] && *pointers.cell == -1);
    CHECK(pointers.row == table[5] && pointers.row[2] == 3);
    CHECK(pointers.constant == &constant && !strcmp(pointers.word, "word"));
    CHECK(private_pointer == &cells[4]);
    mpg_barrier();
    pointers.use(me, hosts);
    mpg_barrier();
    for (int host = 0; host < hosts; host++) {
        CHECK_EQ(cells[8 + host], 100 + host);
        CHECK_EQ(table[16 + host][7], host);
    }
    CHECK_EQ(total, 5 + hosts);
    CHECK_EQ(*counter(), hosts);
    mpg_barrier();
    if (me == 0)
        printf("all %d hosts agree\n", hosts);
    return 0;
}
