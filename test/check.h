/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a test needs to say: a condition, what was there and what should have
 * been.  A test is a process: status 0 passed, 1 failed, 77 cannot run here.
 * The first failed check ends it.  Any thread may check.
 */
#ifndef MPG_TEST_CHECK_H
#define MPG_TEST_CHECK_H

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_SKIPPED 77

/* How the process ends on a failure. */
#ifndef CHECK_END
#define CHECK_END() exit(1)
#endif

static atomic_ulong check_count;

#define CHECK_FAIL(...)                                                        \
    do {                                                                       \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                        \
        fprintf(stderr, __VA_ARGS__);                                          \
        fputc('\n', stderr);                                                   \
        CHECK_END();                                                           \
    } while (0)

#define CHECK(condition)                                                       \
    do {                                                                       \
        atomic_fetch_add_explicit(&check_count, 1, memory_order_relaxed);      \
        if (!(condition))                                                      \
            CHECK_FAIL("check failed: %s", #condition);                        \
    } while (0)

/* Two whole numbers, compared as long long, in the order of the relation. */
#define CHECK_NUMBERS(left, relation, right)                                   \
    do {                                                                       \
        long long check_left = (long long)(left);                              \
        long long check_right = (long long)(right);                            \
        atomic_fetch_add_explicit(&check_count, 1, memory_order_relaxed);      \
        if (!(check_left relation check_right))                                \
            CHECK_FAIL("check failed: %s " #relation " %s: %lld and %lld",     \
                       #left, #right, check_left, check_right);                \
    } while (0)

#define CHECK_EQ(left, right) CHECK_NUMBERS(left, ==, right)
#define CHECK_NE(left, right) CHECK_NUMBERS(left, !=, right)
#define CHECK_LT(left, right) CHECK_NUMBERS(left, <, right)
#define CHECK_LE(left, right) CHECK_NUMBERS(left, <=, right)
#define CHECK_GT(left, right) CHECK_NUMBERS(left, >, right)
#define CHECK_GE(left, right) CHECK_NUMBERS(left, >=, right)

#define CHECK_STR(left, right)                                                 \
    do {                                                                       \
        const char *check_left = (left), *check_right = (right);               \
        atomic_fetch_add_explicit(&check_count, 1, memory_order_relaxed);      \
        if (strcmp(check_left, check_right) != 0)                              \
            CHECK_FAIL("check failed: %s is \"%s\", not \"%s\"", #left,        \
                       check_left, check_right);                               \
    } while (0)

/* The last line of main: a test that checked nothing has not passed. */
static inline int check_report(void)
{
    unsigned long count = atomic_load(&check_count);
    if (!count) {
        fprintf(stderr, "no check was made\n");
        return 1;
    }
    printf("%lu checks\n", count);
    return 0;
}

#endif
