/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * runtime/base: the small printf, the values of options, the nearest name.
 */
#include <errno.h>
#include <limits.h>

#include "base/config.h"
#include "base/fatal.h"
#include "base/option.h"
#include "check.h"

/* What we write is what the C library would. */
#define SAME_AS_LIBC(...)                                                      \
    do {                                                                       \
        char ours[256];                                                        \
        char theirs[256];                                                      \
        size_t length = mpg__format(ours, sizeof ours, __VA_ARGS__);           \
                                                                               \
        snprintf(theirs, sizeof theirs, __VA_ARGS__);                          \
        CHECK_STR(ours, theirs);                                               \
        CHECK_EQ(length, strlen(theirs));                                      \
    } while (0)

static void formats(void)
{
    SAME_AS_LIBC("plain");
    SAME_AS_LIBC("%s and %s, %c%c", "one", "", 'x', 'y');
    SAME_AS_LIBC("%d %d %d", 0, INT_MAX, INT_MIN);
    SAME_AS_LIBC("%u %x", UINT_MAX, UINT_MAX);
    SAME_AS_LIBC("%ld %ld %lu %lx", LONG_MAX, LONG_MIN, ULONG_MAX, ULONG_MAX);
    SAME_AS_LIBC("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, 0xabcdefULL);
    SAME_AS_LIBC("%zu 100%%", sizeof(long));
    SAME_AS_LIBC("%p", (void *)0x7f00deadbeef);
    errno = ENOENT;
    SAME_AS_LIBC("%m");
}

static void cuts(void)
{
    char text[8];

    memset(text, '#', sizeof text);
    CHECK_EQ(mpg__format(text, 5, "%s", "too long"), 4);
    CHECK_STR(text, "too ");
    CHECK_EQ(text[5], '#'); /* nothing is written behind the room */
    CHECK_EQ(mpg__format(text, 1, "%d", 123), 0);
    CHECK_STR(text, "");
}

static const struct mpg__option size_row = {
    .name = "MILLIPAGE_TEST",
    .type = MPG_OPTION_SIZE,
    .min = 1024,
    .max = (uint64_t)1 << 42,
    .help = "for the test",
};

static void expect_size(const char *text, uint64_t expected)
{
    uint64_t value = 0;

    CHECK_EQ(mpg__option_parse(&size_row, text, &value), 0);
    CHECK_EQ(value, expected);
}

static void sizes(void)
{
    static const char *const wrong[] = {
        "",
        "K",
        " 1K",
        "1K ",
        "1KB",
        "1 K",
        "-1",
        "+2048",
        "0x1000",
        "1Q",
        "1023",
        "5T",
        "1.5M",
        "99999999999999999999",
        "17592186044416T",
    };
    uint64_t value = 42;

    expect_size("1024", 1024);
    expect_size("1k", 1024);
    expect_size("64G", (uint64_t)64 << 30);
    expect_size("3M", 3 << 20);
    expect_size("4t", (uint64_t)1 << 42);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_EQ(mpg__option_parse(&size_row, wrong[i], &value), -1);
        CHECK_EQ(value, 42);
    }
}

static void texts(void)
{
    char text[256];

    mpg__option_explain(&size_row, text, sizeof text);
    CHECK_STR(text, "must be a size from 1K to 4T (for the test)");
    mpg__option_print(&size_row, 1536, text, sizeof text);
    CHECK_STR(text, "1536");
    mpg__option_print(&size_row, 0, text, sizeof text);
    CHECK_STR(text, "0");
}

/* Whoever writes a row writes a default that the row allows. */
static void defaults(void)
{
    for (size_t i = 0; i < mpg__options_count; i++) {
        const struct mpg__option *row = &mpg__options[i];
        char text[64];
        uint64_t value;

        CHECK(mpg__option_find(row->name) == row);
        mpg__option_print(row, row->standard, text, sizeof text);
        CHECK_EQ(
            mpg__option_parse(
                row, row->standard_text ? row->standard_text : text, &value),
            0);
    }
    CHECK(mpg__option_find("MILLIPAGE_") == NULL);
}

static void nearest(void)
{
    static const char *const names[] = {"--memory", "--vm", "--stats"};

    CHECK_STR(mpg__nearest("--memroy", names, 3), "--memory");
    CHECK_STR(mpg__nearest("--stat", names, 3), "--stats");
    CHECK_STR(mpg__nearest("--vn", names, 3), "--vm");
    CHECK(mpg__nearest("xyzzy", names, 3) == NULL);
    CHECK(mpg__nearest("--vm", names, 0) == NULL);
}

static void fingerprint(void)
{
    char text[4096];
    char cut[20];
    size_t length = mpg__config_fingerprint(text, sizeof text);

    CHECK_EQ(length, strlen(text));
    CHECK(strstr(text, "MILLIPAGE_MEMORY=68719476736\n") != NULL);
    CHECK(strstr(text, "MILLIPAGE_VM") == NULL); /* hosts may differ in it */
    CHECK_LT(mpg__config_fingerprint(cut, sizeof cut), sizeof cut);
    CHECK_EQ(strncmp(cut, text, strlen(cut)), 0);
}

int main(void)
{
    formats();
    cuts();
    sizes();
    texts();
    defaults();
    nearest();
    fingerprint();
    return check_report();
}
