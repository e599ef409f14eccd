/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where a thread is, in a format of the program's or of OMP_AFFINITY_FORMAT:
 * omp_display_affinity and those around it.  A field is %[0][.][width]letter
 * or %[0][.][width]{name}; `.` puts it to the right, and 0 has it filled with
 * zeros.  The format is on the board: it is one for all hosts.
 */
#include <ctype.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "board.h"
#include "icv.h"
#include "omp.h"
#include "team.h"

#define USUAL "host %H, process %P, thread %n of %N on processors %A"

/* A text that may not have room for all of itself. */
struct text {
    char *at;
    size_t room; /* with the 0 */
    size_t length;
};

static void put(struct text *text, char c)
{
    if (text->length + 1 < text->room)
        text->at[text->length] = c;
    text->length++;
}

static void end(const struct text *text)
{
    if (text->room)
        text->at[text->length < text->room ? text->length : text->room - 1] = 0;
}

/* Fields. */

enum { VALUE_MAX = 256, FORMAT_MAX = 512 };

static void print_processors(char *value)
{
    cpu_set_t set;
    int at = 0;
    if (sched_getaffinity(0, sizeof set, &set))
        CPU_ZERO(&set);
    *value = 0;
    for (int first = 0; first < CPU_SETSIZE && at < VALUE_MAX; first++) {
        int last = first;
        if (!CPU_ISSET(first, &set))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set))
            last++;
        at += snprintf(value + at, (size_t)(VALUE_MAX - at),
                       last > first ? "%s%d-%d" : "%s%d", at ? "," : "", first,
                       last);
        first = last;
    }
}

static int ancestor(void)
{
    return omp_get_ancestor_thread_num(omp_get_level() - 1);
}

static const struct field {
    char letter;
    const char *name;
    int (*number)(void); /* or NULL: one of a kind */
} fields[] = {
    {'t', "team_num", omp_get_team_num},
    {'T', "num_teams", omp_get_num_teams},
    {'L', "nesting_level", omp_get_level},
    {'n', "thread_num", omp_get_thread_num},
    {'N', "num_threads", omp_get_num_threads},
    {'a', "ancestor_tnum", ancestor},
    {'H', "host", NULL},
    {'P', "process_id", getpid},
    {'i', "native_thread_id", gettid},
    {'A', "thread_affinity", NULL},
};

static void value_of(const struct field *field, char *value)
{
    if (!field)
        strcpy(value, "undefined");
    else if (field->number)
        snprintf(value, VALUE_MAX, "%d", field->number());
    else if (field->letter == 'A')
        print_processors(value);
    else if (gethostname(value, VALUE_MAX))
        strcpy(value, "unknown");
    value[VALUE_MAX - 1] = 0;
}

/* Reads the field's name at *at, and goes behind it. */
static const struct field *field_at(const char **at)
{
    const char *name = *at;
    size_t length = 1;
    bool is_long = *name == '{';
    if (is_long) {
        name++;
        length = strcspn(name, "}");
    }
    *at = name + length;
    if (is_long && **at)
        ++*at;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (is_long ? strlen(fields[i].name) == length &&
                          !strncmp(fields[i].name, name, length)
                    : fields[i].letter == *name)
            return &fields[i];
    return NULL;
}

/* The part of the format behind a '%'; goes behind it. */
static void put_field(struct text *text, const char **at)
{
    char value[VALUE_MAX];
    bool has_zeros = **at == '0';
    *at += has_zeros;
    bool is_right = **at == '.';
    *at += is_right;
    size_t width = 0;
    for (; isdigit((unsigned char)**at); ++*at)
        width = width * 10 + (size_t)(**at - '0');
    if (!**at)
        return;
    const struct field *field = field_at(at);
    value_of(field, value);
    size_t length = strlen(value);
    size_t fill = width < VALUE_MAX && width > length ? width - length : 0;
    bool is_number = field && field->number;
    for (size_t i = 0; is_right && i < fill; i++)
        put(text, has_zeros && is_number ? '0' : ' ');
    for (size_t i = 0; i < length; i++)
        put(text, value[i]);
    for (size_t i = 0; !is_right && i < fill; i++)
        put(text, ' ');
}

/* The format. */

static const char *format_now(void)
{
    if (mpg__board && mpg__board->affinity)
        return mpg__board->affinity;
    const char *given = mpg__omp_text(MPG_OMP_AFFINITY_FORMAT);
    return *given ? given : USUAL;
}

static size_t expand(struct text *text, const char *format)
{
    format = format && *format ? format : format_now();
    while (*format) {
        char c = *format++;
        if (c != '%')
            put(text, c);
        else if (*format == '%')
            put(text, *format++);
        else
            put_field(text, &format);
    }
    end(text);
    return text->length;
}

char *mpg__omp_affinity_given(void)
{
    const char *given = mpg__omp_text(MPG_OMP_AFFINITY_FORMAT);
    if (!*given)
        return NULL;
    char *format = mpg__board_make(FORMAT_MAX, "a format");
    return strncpy(format, given, FORMAT_MAX - 1);
}

EXPORTED void omp_set_affinity_format(const char *format)
{
    if (!mpg__board && mpg__engine.node.self)
        return; /* Before the first region there is only host 0's program. */
    struct mpg__board *board = mpg__board_get();
    if (!board->affinity)
        board->affinity = mpg__board_make(FORMAT_MAX, "a format");
    strncpy(board->affinity, format, FORMAT_MAX - 1);
}

EXPORTED size_t omp_get_affinity_format(char *buffer, size_t room)
{
    struct text text = {.at = buffer, .room = room};
    for (const char *c = format_now(); *c; c++)
        put(&text, *c);
    end(&text);
    return text.length;
}

EXPORTED size_t omp_capture_affinity(char *buffer, size_t room,
                                     const char *format)
{
    return expand(&(struct text){.at = buffer, .room = room}, format);
}

EXPORTED void omp_display_affinity(const char *format)
{
    char line[FORMAT_MAX + VALUE_MAX];
    omp_capture_affinity(line, sizeof line, format);
    printf("%s\n", line);
}

void mpg__omp_affinity_show(uint32_t threads)
{
    static __thread uint32_t shown;
    if (shown != threads)
        omp_display_affinity(NULL);
    shown = threads;
}
