/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What is told of two bitmaps, beside what can be told word by word.
 */
#include "check.h"
#include "engine/borders.h"
#include "prng.h"

enum { WORDS = 1024, FIRST = 192 };

static uint64_t mine[(FIRST + WORDS) / 64], theirs[(FIRST + WORDS) / 64];
static struct mpg__borders borders;

static void clear(void)
{
    memset(mine, 0, sizeof mine);
    memset(theirs, 0, sizeof theirs);
}

static void mark(uint64_t *bits, uint64_t from, uint64_t to)
{
    for (uint64_t at = FIRST + from; at < FIRST + to; at++)
        bits[at / 64] |= UINT64_C(1) << at % 64;
}

/* Words of the variable begin at `number`. */
static void find(uint64_t number)
{
    mpg__borders_find(mine, theirs, FIRST, WORDS, number, &borders);
}

static void nothing_was_changed(void)
{
    clear();
    find(0);
    CHECK(!borders.has_mine && !borders.has_theirs && !borders.is_same);
    CHECK_EQ(borders.count, 0u);
    CHECK(mpg__borders_part(&borders, 4096));
    CHECK_EQ(mpg__borders_step(&borders, 8), 0u);
}

static void two_halves(void)
{
    clear();
    mark(mine, 0, 500);
    mark(theirs, 500, 1024);
    find(0);
    CHECK(borders.has_mine && borders.has_theirs && !borders.is_same);
    CHECK_EQ(borders.count, 1u);
    CHECK_EQ(borders.list[0].last, 499u);
    CHECK_EQ(borders.list[0].next, 500u);
    CHECK(mpg__borders_part(&borders, 2000));
    CHECK(mpg__borders_part(&borders, 400));
    CHECK(!mpg__borders_part(&borders, 2048));
    CHECK(!mpg__borders_part(&borders, 4000));
    CHECK_EQ(mpg__borders_step(&borders, 8), 2000u);
}

static void theirs_in_other_sizes(void)
{
    clear();
    find(0);
    CHECK_EQ(mpg__borders_theirs(&borders, 64), 0u);
    mark(theirs, 500, 1024);
    find(0);
    CHECK_EQ(mpg__borders_theirs(&borders, 400), 6u);
    CHECK_EQ(mpg__borders_theirs(&borders, 2000), 2u);
    CHECK_EQ(mpg__borders_theirs(&borders, 8192), 1u);
    /* Here and there in the same one. */
    clear();
    mark(theirs, 0, 1);
    mark(theirs, 10, 11);
    mark(theirs, 99, 101);
    find(0);
    CHECK_EQ(mpg__borders_theirs(&borders, 400), 2u);
    CHECK_EQ(mpg__borders_theirs(&borders, 40), 4u);
    /* The second page: 1000 words are of the page before, too. */
    clear();
    mark(theirs, 0, 1024);
    find(1024);
    CHECK_EQ(mpg__borders_theirs(&borders, 4096), 1u);
    CHECK_EQ(mpg__borders_theirs(&borders, 8192), 1u);
    CHECK_EQ(mpg__borders_theirs(&borders, 3000), 1u);
    CHECK_EQ(mpg__borders_theirs(&borders, 1000), 4u);
}

/* Rows of 640 bytes; the minipage is the third page of the variable. */
static void rows_in_turns(void)
{
    uint64_t number = 2 * 1024;
    clear();
    for (uint64_t at = 0; at < WORDS; at++)
        mark((number + at) / 160 % 2 ? mine : theirs, at, at + 1);
    find(number);
    CHECK(mpg__borders_part(&borders, 640));
    CHECK(mpg__borders_part(&borders, 128));
    CHECK(!mpg__borders_part(&borders, 256));
    CHECK(!mpg__borders_part(&borders, 1280));
    CHECK_EQ(mpg__borders_step(&borders, 8), 640u);
}

static void a_word_of_both(void)
{
    clear();
    mark(mine, 0, 10);
    mark(theirs, 9, 20);
    find(0);
    CHECK(borders.is_same);
    CHECK(!mpg__borders_part(&borders, 4));
}

/* Behind words that nobody has changed, 64 at a time. */
static void a_word_far_away(void)
{
    clear();
    mark(mine, 0, 10);
    mark(theirs, 128, 129);
    find(0);
    CHECK_EQ(borders.count, 1u);
    CHECK_EQ(borders.list[0].last, 9u);
    CHECK_EQ(borders.list[0].next, 128u);
}

/* The upper half of the last number has not changed. */
static void an_end_that_is_not_sharp(void)
{
    clear();
    mark(mine, 0, 99);
    mark(theirs, 100, 200);
    find(0);
    CHECK_EQ(mpg__borders_step(&borders, 8), 400u);
    CHECK_EQ(mpg__borders_step(&borders, 4), 0u);
    clear();
    mark(mine, 0, 97);
    mark(theirs, 100, 200);
    find(0);
    CHECK_EQ(mpg__borders_step(&borders, 8), 0u);
    CHECK(mpg__borders_part(&borders, 400));
    CHECK(mpg__borders_part(&borders, 392));
    CHECK(!mpg__borders_part(&borders, 1600));
}

/* Whether minipages of that size part them, told by looking at each. */
static bool part_by_looking(uint64_t number, uint64_t bytes)
{
    uint64_t words = bytes / MPG_WORD;
    for (uint64_t start = 0; start < number + WORDS; start += words) {
        bool has_mine = false, has_theirs = false;
        for (uint64_t word = start; word < start + words; word++) {
            if (word < number || word >= number + WORDS)
                continue;
            has_mine |= mpg__bit(mine, FIRST + word - number);
            has_theirs |= mpg__bit(theirs, FIRST + word - number);
        }
        if (has_mine && has_theirs)
            return false;
    }
    return true;
}

static void as_told_by_looking(void)
{
    struct prng prng = {7};
    for (int round = 0; round < 300; round++) {
        uint64_t number = prng_below(&prng, 3) * 1024, at = 0;
        clear();
        while (at < WORDS) {
            uint64_t end = at + 1 + prng_below(&prng, 200);
            end = end < WORDS ? end : WORDS;
            uint64_t *bits[] = {mine, theirs, NULL};
            uint64_t *whose = bits[prng_below(&prng, 3)];
            if (whose)
                mark(whose, at, end);
            at = end;
        }
        find(number);
        for (uint64_t bytes = 4; bytes <= 8192; bytes += 4 + bytes / 8 * 4)
            CHECK_EQ(mpg__borders_part(&borders, bytes),
                     part_by_looking(number, bytes));
    }
}

int main(void)
{
    nothing_was_changed();
    two_halves();
    theirs_in_other_sizes();
    rows_in_turns();
    a_word_of_both();
    a_word_far_away();
    an_end_that_is_not_sharp();
    as_told_by_looking();
    return check_report();
}
