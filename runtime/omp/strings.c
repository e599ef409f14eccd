/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Strings and buffers that the C library allocates for OpenMP units.  The
 * library fills private memory, which is then copied: its own system calls
 * know nothing of shared memory.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "heap.h"

#define EXPORTED __attribute__((visibility("default")))

static void *copy_of(const void *bytes, size_t count)
{
    void *got = mpg__omp_malloc(count);
    return got ? memcpy(got, bytes, count) : NULL;
}

/* Takes over what the library allocated. */
static char *adopt(char *private)
{
    char *got = private ? copy_of(private, strlen(private) + 1) : NULL;
    int error = errno;
    free(private);
    errno = error;
    return got;
}

EXPORTED char *mpg__omp_strdup(const char *text)
{
    return copy_of(text, strlen(text) + 1);
}

EXPORTED char *mpg__omp_strndup(const char *text, size_t length)
{
    length = strnlen(text, length);
    char *got = mpg__omp_malloc(length + 1);
    if (got) {
        memcpy(got, text, length);
        got[length] = 0;
    }
    return got;
}

EXPORTED wchar_t *mpg__omp_wcsdup(const wchar_t *text)
{
    return copy_of(text, (wcslen(text) + 1) * sizeof *text);
}

/* Lines.  Each is read into the thread's own buffer first, which stays. */

static __thread char *read_line;
static __thread size_t read_room;

EXPORTED ssize_t mpg__omp_getdelim(char **line, size_t *room, int delimiter,
                                   FILE *file)
{
    if (!line || !room) {
        errno = EINVAL;
        return -1;
    }
    ssize_t length = getdelim(&read_line, &read_room, delimiter, file);
    if (length < 0 && *line)
        return length;
    size_t needed = length < 0 ? 1 : (size_t)length + 1;
    if (!*line || *room < needed) {
        size_t wanted = needed < 120 ? 120 : needed;
        char *got = mpg__omp_realloc(*line, wanted);
        if (!got)
            return -1;
        *line = got;
        *room = wanted;
    }
    if (length >= 0)
        memcpy(*line, read_line, needed);
    return length;
}

EXPORTED ssize_t mpg__omp_getline(char **line, size_t *room, FILE *file)
{
    return mpg__omp_getdelim(line, room, '\n', file);
}

/* Formatted ones. */

EXPORTED int mpg__omp_vasprintf(char **text, const char *format,
                                va_list arguments)
{
    char *private;
    int length = vasprintf(&private, format, arguments);
    if (length < 0)
        return length;
    char *got = copy_of(private, (size_t)length + 1);
    free(private);
    if (!got)
        return -1;
    *text = got;
    return length;
}

/* The flag asks for checks of the format, which have no bearing here. */
EXPORTED int mpg__omp_vasprintf_chk(char **text, int flag, const char *format,
                                    va_list arguments)
{
    (void)flag;
    return mpg__omp_vasprintf(text, format, arguments);
}

EXPORTED int mpg__omp_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = mpg__omp_vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

EXPORTED int mpg__omp_asprintf_chk(char **text, int flag, const char *format,
                                   ...)
{
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    int length = mpg__omp_vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

/* Paths. */

EXPORTED char *mpg__omp_realpath(const char *path, char *resolved)
{
    char private[PATH_MAX], name[PATH_MAX];
    /* The kernel reads the path. */
    if (path && strlen(path) < PATH_MAX)
        path = strcpy(name, path);
    if (!realpath(path, private))
        return NULL;
    if (!resolved)
        return mpg__omp_strdup(private);
    return strcpy(resolved, private);
}

EXPORTED char *mpg__omp_realpath_chk(const char *path, char *resolved,
                                     size_t room)
{
    char *got = mpg__omp_realpath(path, NULL);
    if (!got || !resolved)
        return got;
    if (strlen(got) >= room)
        mpg__fatal("realpath: the result has %zu bytes, the buffer %zu",
                   strlen(got) + 1, room);
    strcpy(resolved, got);
    free(got);
    return resolved;
}

EXPORTED char *mpg__omp_canonicalize_file_name(const char *path)
{
    return mpg__omp_realpath(path, NULL);
}

EXPORTED char *mpg__omp_getcwd(char *text, size_t room)
{
    char *private = getcwd(NULL, 0);
    if (!private)
        return NULL;
    size_t needed = strlen(private) + 1;
    if ((text || room) && needed > room) {
        free(private);
        errno = text && !room ? EINVAL : ERANGE;
        return NULL;
    }
    if (!text && !(text = mpg__omp_malloc(room ? room : needed))) {
        free(private);
        return NULL;
    }
    memcpy(text, private, needed);
    free(private);
    return text;
}

EXPORTED char *mpg__omp_getcwd_chk(char *text, size_t size, size_t room)
{
    if (size > room)
        mpg__fatal("getcwd: a buffer of %zu bytes is said to have %zu", room,
                   size);
    return mpg__omp_getcwd(text, size);
}

EXPORTED char *mpg__omp_get_current_dir_name(void)
{
    return adopt(get_current_dir_name());
}

/* Streams.  The C library's own would hand out its private buffer. */

struct memory {
    char **text;
    size_t *length;
    char *bytes;
    size_t used, room, at;
};

static bool make_room(struct memory *memory, size_t wanted)
{
    if (wanted <= memory->room)
        return true;
    size_t room = wanted + wanted / 2;
    char *got = mpg__omp_realloc(memory->bytes, room);
    if (!got)
        return false;
    memset(got + memory->room, 0, room - memory->room);
    memory->bytes = got;
    memory->room = room;
    return true;
}

static void show(const struct memory *memory)
{
    *memory->text = memory->bytes;
    *memory->length = memory->at < memory->used ? memory->at : memory->used;
}

static ssize_t memory_write(void *cookie, const char *bytes, size_t count)
{
    struct memory *memory = cookie;
    if (!make_room(memory, memory->at + count + 1))
        return 0;
    memcpy(memory->bytes + memory->at, bytes, count);
    memory->at += count;
    if (memory->used < memory->at) {
        memory->used = memory->at;
        memory->bytes[memory->used] = 0;
    }
    show(memory);
    return (ssize_t)count;
}

static int memory_seek(void *cookie, off64_t *offset, int whence)
{
    struct memory *memory = cookie;
    off64_t from = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (off64_t)memory->at
                                        : (off64_t)memory->used;
    off64_t at = from + *offset;
    if (at < 0) {
        errno = EINVAL;
        return -1;
    }
    *offset = at;
    memory->at = (size_t)at;
    show(memory);
    return 0;
}

static int memory_close(void *cookie)
{
    show(cookie);
    free(cookie);
    return 0;
}

EXPORTED FILE *mpg__omp_open_memstream(char **text, size_t *length)
{
    static const cookie_io_functions_t functions = {
        .write = memory_write, .seek = memory_seek, .close = memory_close};
    struct memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        return NULL;
    memory->text = text;
    memory->length = length;
    FILE *file =
        make_room(memory, 120) ? fopencookie(memory, "w", functions) : NULL;
    if (!file) {
        free(memory->bytes);
        free(memory);
        return NULL;
    }
    show(memory);
    return file;
}

/* Arguments. */

char **mpg__omp_arguments(int count, char **arguments)
{
    char **copies = mpg__omp_calloc((size_t)count + 1, sizeof *copies);
    for (int i = 0; copies && i < count; i++)
        if (!(copies[i] = mpg__omp_strdup(arguments[i])))
            copies = NULL;
    if (!copies)
        mpg__fatal("no shared memory for the arguments of the program");
    return copies;
}
