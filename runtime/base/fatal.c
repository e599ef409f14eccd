/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Lines that a host may have to say from inside a page fault: formatted on
 * the stack, written with one write(2).
 */
#include "base/fatal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int mpg__fatal_host = -1;
int (*mpg__fatal_channel)(const char *line, size_t bytes);

/* A bounded buffer: what does not fit is dropped, the terminator always
 * fits. */
struct sink {
    char *at;
    char *end; /* of the room for text, where the terminator may stand */
};

static void put_char(struct sink *sink, char c)
{
    if (sink->at < sink->end)
        *sink->at++ = c;
}

static void put_text(struct sink *sink, const char *text)
{
    for (; *text; text++)
        put_char(sink, *text);
}

static void put_number(struct sink *sink, uint64_t value, unsigned base)
{
    char digits[20]; /* 2^64 - 1 has 20 decimal digits */
    size_t count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (count)
        put_char(sink, digits[--count]);
}

static void put_signed(struct sink *sink, int64_t value)
{
    if (value < 0)
        put_char(sink, '-');
    /* Negating as unsigned is right for INT64_MIN too. */
    put_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

static void put_errno(struct sink *sink, int error)
{
    /* strerrordesc_np reads a constant table; strerror may allocate. */
    const char *text = strerrordesc_np(error);

    if (text) {
        put_text(sink, text);
    } else {
        put_text(sink, "error ");
        put_signed(sink, error);
    }
}

/* How wide the integer of a conversion is: the number of l's, where z is one
 * of them because size_t is long here. */
static const char *read_length(const char *at, int *longs)
{
    *longs = 0;
    for (; *at == 'l' || *at == 'z'; at++)
        ++*longs;
    return at;
}

static uint64_t next_unsigned(va_list *arguments, int longs)
{
    return longs ? va_arg(*arguments, unsigned long)
                 : va_arg(*arguments, unsigned);
}

static int64_t next_signed(va_list *arguments, int longs)
{
    return longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
}

static void put_conversion(struct sink *sink, char kind, int longs, int error,
                           va_list *arguments)
{
    const char *text;

    switch (kind) {
    case 's':
        text = va_arg(*arguments, const char *);
        put_text(sink, text ? text : "(null)");
        break;
    case 'c':
        put_char(sink, (char)va_arg(*arguments, int));
        break;
    case 'd':
        put_signed(sink, next_signed(arguments, longs));
        break;
    case 'u':
        put_number(sink, next_unsigned(arguments, longs), 10);
        break;
    case 'x':
        put_number(sink, next_unsigned(arguments, longs), 16);
        break;
    case 'p':
        put_text(sink, "0x");
        put_number(sink, (uintptr_t)va_arg(*arguments, void *), 16);
        break;
    case 'm':
        put_errno(sink, error);
        break;
    default: /* %%, and what is no conversion of ours shows as it is */
        if (kind != '%')
            put_char(sink, '%');
        put_char(sink, kind);
        break;
    }
}

size_t mpg__vformat(char *buffer, size_t bytes, const char *format,
                    va_list list)
{
    struct sink sink = {buffer, buffer + bytes - 1};
    int error = errno; /* for %m, whatever happens on the way */
    va_list arguments;
    int longs;

    if (bytes == 0)
        return 0;
    va_copy(arguments, list); /* so that a pointer to it can be passed on */
    while (*format) {
        if (*format != '%') {
            put_char(&sink, *format++);
            continue;
        }
        format = read_length(format + 1, &longs);
        if (!*format)
            break;
        put_conversion(&sink, *format++, longs, error, &arguments);
    }
    va_end(arguments);
    *sink.at = '\0';
    return (size_t)(sink.at - buffer);
}

size_t mpg__format(char *buffer, size_t bytes, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = mpg__vformat(buffer, bytes, format, arguments);
    va_end(arguments);
    return length;
}

/* "millipage: host N: <text>\n"; the name is left out while nobody has told
 * us who we are. */
static size_t format_line(char *line, size_t bytes, const char *format,
                          va_list arguments)
{
    int error = errno;
    size_t length;

    length =
        mpg__fatal_host < 0
            ? mpg__format(line, bytes, "millipage: ")
            : mpg__format(line, bytes, "millipage: host %d: ", mpg__fatal_host);
    errno = error;
    length +=
        mpg__vformat(line + length, bytes - length - 1, format, arguments);
    line[length++] = '\n';
    return length;
}

static void write_line(const char *line, size_t bytes)
{
    ssize_t unused = write(STDERR_FILENO, line, bytes);

    (void)unused; /* there is nobody left to tell */
}

void mpg__warn(const char *format, ...)
{
    char line[MPG_LINE_MAX];
    int error = errno;
    va_list arguments;

    va_start(arguments, format);
    write_line(line, format_line(line, sizeof line, format, arguments));
    va_end(arguments);
    errno = error;
}

/* Only one thread may give the reason: the first one's is the cause, what
 * others say a moment later is its consequence.  They wait for the first to
 * end the process; a thread that comes a second time (a fault inside the
 * reporting itself) ends it at once. */
static void claim_last_word(void)
{
    static atomic_int speaker;
    int self = (int)syscall(SYS_gettid);
    int first = 0;

    if (atomic_compare_exchange_strong(&speaker, &first, self))
        return;
    if (first == self)
        _exit(MPG_BOOT_ABORT_STATUS);
    for (;;)
        pause();
}

static _Noreturn void last_word(const char *line, size_t bytes)
{
    if (!mpg__fatal_channel || !mpg__fatal_channel(line, bytes))
        write_line(line, bytes);
    _exit(MPG_BOOT_ABORT_STATUS);
}

void mpg__fatal(const char *format, ...)
{
    char line[MPG_LINE_MAX];
    va_list arguments;

    claim_last_word();
    va_start(arguments, format);
    last_word(line, format_line(line, sizeof line, format, arguments));
}

void mpg__assert_fail(const char *condition, const char *file, int line)
{
    mpg__fatal("%s:%d: assertion failed: %s", file, line, condition);
}
