/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Variables of which each is used in one way, so that there is one thing to be
 * said of it.  explain.sh looks whether it is.
 */
#include "check.h"
#include "millipage.h"

enum { ROUNDS = 40, ROWS = 64, COLUMNS = 80, ALL = 65536 / 8 };
enum { TURNS = 20 };

/* Rows are written by different hosts; a minipage has two and a half. */
#pragma millipage shared granularity(1600)
static double rows[ROWS][COLUMNS];

/* One host writes it, all read it. */
#pragma millipage shared granularity(page)
static double image[4 * ALL];

/* Hosts in turns write it and read what they have written. */
#pragma millipage shared granularity(page)
static double scratch[ALL];

/* All add to it, in turns. */
#pragma millipage shared
static long total;

/* Host 0 makes it, the others use it. */
#pragma millipage shared granularity(page)
static double input[16 * ALL];

static double sum;

static void write_rows(int round)
{
    for (int i = mpg_host(); i < ROWS; i += mpg_hosts())
        for (int j = 0; j < COLUMNS; j++)
            rows[i][j] += round + 1;
}

static void use_image(int round)
{
    if (mpg_host() == 0)
        for (int i = 0; i < 4 * ALL; i++)
            image[i] = round + i;
    mpg_barrier();
    for (int i = 0; i < 4 * ALL; i++)
        sum += image[i];
}

static void use_scratch(int round)
{
    if (round % mpg_hosts() != mpg_host())
        return;
    for (int i = 0; i < ALL; i++)
        scratch[i] = round * (double)i;
    for (int i = 0; i < ALL; i++)
        sum += scratch[i];
}

static void add(void)
{
    for (int turn = 0; turn < TURNS; turn++) {
        if (turn % mpg_hosts() == mpg_host())
            total += 1;
        mpg_barrier();
    }
}

int main(void)
{
    if (mpg_host() == 0)
        for (int i = 0; i < 16 * ALL; i++)
            input[i] = i;
    mpg_barrier();
    for (int i = 0; i < 16 * ALL; i++)
        sum += input[i];
    for (int round = 0; round < ROUNDS; round++) {
        write_rows(round);
        mpg_barrier();
        use_image(round);
        mpg_barrier();
        use_scratch(round);
        mpg_barrier();
        add();
    }
    CHECK_EQ(total, (long)ROUNDS * TURNS);
    for (int i = 0; i < ROWS; i++)
        CHECK_EQ(rows[i][COLUMNS - 1], ROUNDS * (ROUNDS + 1) / 2);
    CHECK(sum > 0);
    if (mpg_host() == 0)
        printf("all %d hosts agree\n", mpg_hosts());
    return 0;
}
