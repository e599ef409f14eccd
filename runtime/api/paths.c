/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls of the C library that take names of files, which may be in shared
 * memory, and that say what a file is, which is to be put there.  io.c has the
 * reason; here a name is copied to the stack, where the kernel always finds it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bounce.h"

#define CALLS(X)                                                               \
    X(open)                                                                    \
    X(open64)                                                                  \
    X(openat)                                                                  \
    X(openat64)                                                                \
    X(creat)                                                                   \
    X(creat64)                                                                 \
    X(fopen)                                                                   \
    X(fopen64)                                                                 \
    X(freopen)                                                                 \
    X(freopen64)                                                               \
    X(stat)                                                                    \
    X(stat64)                                                                  \
    X(lstat)                                                                   \
    X(lstat64)                                                                 \
    X(fstat)                                                                   \
    X(fstat64)                                                                 \
    X(fstatat)                                                                 \
    X(fstatat64)                                                               \
    X(statvfs)                                                                 \
    X(access)                                                                  \
    X(faccessat)                                                               \
    X(unlink)                                                                  \
    X(unlinkat)                                                                \
    X(remove)                                                                  \
    X(rename)                                                                  \
    X(link)                                                                    \
    X(symlink)                                                                 \
    X(readlink)                                                                \
    X(mkdir)                                                                   \
    X(mkdirat)                                                                 \
    X(rmdir)                                                                   \
    X(chdir)                                                                   \
    X(chmod)                                                                   \
    X(chown)                                                                   \
    X(truncate)                                                                \
    X(truncate64)                                                              \
    X(mkfifo)                                                                  \
    X(utimensat)                                                               \
    X(opendir)                                                                 \
    X(getcwd)                                                                  \
    X(mkstemp)                                                                 \
    X(mkstemp64)                                                               \
    X(mkostemp)                                                                \
    X(mkdtemp)                                                                 \
    X(system)                                                                  \
    X(popen)
BEHIND(CALLS)

/* A name that is longer than the kernel takes stays too long. */
struct path {
    char text[PATH_MAX + 1];
};

static const char *own(struct path *room, const char *given)
{
    if (!mpg__vm_is_shared(given))
        return given;
    size_t length = strnlen(given, PATH_MAX);
    memcpy(room->text, given, length);
    room->text[length] = 0;
    return room->text;
}

/* PATH_CALL(type, name, parameters, arguments): one of the parameters is
 * `path`. */
#define PATH_CALL(type, name, parameters, arguments)                           \
    EXPORTED type name parameters                                              \
    {                                                                          \
        NEXT(name);                                                            \
        struct path copy;                                                      \
        path = own(&copy, path);                                               \
        return next arguments;                                                 \
    }

PATH_CALL(int, creat, (const char *path, mode_t mode), (path, mode))
PATH_CALL(int, creat64, (const char *path, mode_t mode), (path, mode))
PATH_CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode))
PATH_CALL(FILE *, fopen64, (const char *path, const char *mode), (path, mode))
PATH_CALL(FILE *, freopen, (const char *path, const char *mode, FILE *stream),
          (path, mode, stream))
PATH_CALL(FILE *, freopen64, (const char *path, const char *mode, FILE *stream),
          (path, mode, stream))
PATH_CALL(int, access, (const char *path, int kind), (path, kind))
PATH_CALL(int, faccessat, (int at, const char *path, int kind, int flags),
          (at, path, kind, flags))
PATH_CALL(int, unlink, (const char *path), (path))
PATH_CALL(int, unlinkat, (int at, const char *path, int flags),
          (at, path, flags))
PATH_CALL(int, remove, (const char *path), (path))
PATH_CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
PATH_CALL(int, mkdirat, (int at, const char *path, mode_t mode),
          (at, path, mode))
PATH_CALL(int, rmdir, (const char *path), (path))
PATH_CALL(int, chdir, (const char *path), (path))
PATH_CALL(int, chmod, (const char *path, mode_t mode), (path, mode))
PATH_CALL(int, chown, (const char *path, uid_t user, gid_t group),
          (path, user, group))
PATH_CALL(int, truncate, (const char *path, off_t bytes), (path, bytes))
PATH_CALL(int, truncate64, (const char *path, off64_t bytes), (path, bytes))
PATH_CALL(int, mkfifo, (const char *path, mode_t mode), (path, mode))
PATH_CALL(DIR *, opendir, (const char *path), (path))

/* Two names. */
#define PATHS_CALL(name)                                                       \
    EXPORTED int name(const char *from, const char *to)                        \
    {                                                                          \
        NEXT(name);                                                            \
        struct path from_copy, to_copy;                                        \
        return next(own(&from_copy, from), own(&to_copy, to));                 \
    }

PATHS_CALL(rename)
PATHS_CALL(link)
PATHS_CALL(symlink)

/* Opening: there is a mode if a file may be made. */

static mode_t mode_of(int flags, va_list rest)
{
    bool has_mode = (flags & O_CREAT) || (flags & __O_TMPFILE) == __O_TMPFILE;
    return has_mode ? va_arg(rest, mode_t) : 0;
}

#define OPEN_CALL(name, parameters, arguments)                                 \
    EXPORTED int name parameters                                               \
    {                                                                          \
        NEXT(name);                                                            \
        struct path copy;                                                      \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode_t mode = mode_of(flags, rest);                                    \
        va_end(rest);                                                          \
        path = own(&copy, path);                                               \
        return next arguments;                                                 \
    }

OPEN_CALL(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN_CALL(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN_CALL(openat, (int at, const char *path, int flags, ...),
          (at, path, flags, mode))
OPEN_CALL(openat64, (int at, const char *path, int flags, ...),
          (at, path, flags, mode))

/* What a file is. */
#define STAT_CALL(name, parameters, arguments)                                 \
    EXPORTED int name parameters                                               \
    {                                                                          \
        NEXT(name);                                                            \
        struct path copy;                                                      \
        OUT(about);                                                            \
        int result = next arguments;                                           \
        if (!result)                                                           \
            GIVE(about);                                                       \
        (void)copy;                                                            \
        return result;                                                         \
    }

STAT_CALL(stat, (const char *path, struct stat *about),
          (own(&copy, path), about_at))
STAT_CALL(stat64, (const char *path, struct stat64 *about),
          (own(&copy, path), about_at))
STAT_CALL(lstat, (const char *path, struct stat *about),
          (own(&copy, path), about_at))
STAT_CALL(lstat64, (const char *path, struct stat64 *about),
          (own(&copy, path), about_at))
STAT_CALL(fstat, (int fd, struct stat *about), (fd, about_at))
STAT_CALL(fstat64, (int fd, struct stat64 *about), (fd, about_at))
STAT_CALL(fstatat, (int at, const char *path, struct stat *about, int flags),
          (at, own(&copy, path), about_at, flags))
STAT_CALL(fstatat64,
          (int at, const char *path, struct stat64 *about, int flags),
          (at, own(&copy, path), about_at, flags))
STAT_CALL(statvfs, (const char *path, struct statvfs *about),
          (own(&copy, path), about_at))

EXPORTED int utimensat(int at, const char *path, const struct timespec times[2],
                       int flags)
{
    NEXT(utimensat);
    struct path copy;
    struct timespec both[2];
    if (mpg__vm_is_shared(times))
        times = memcpy(both, times, sizeof both);
    return next(at, own(&copy, path), times, flags);
}

/* Text that the kernel writes. */

EXPORTED ssize_t readlink(const char *restrict path, char *restrict text,
                          size_t size)
{
    NEXT(readlink);
    struct path copy, found;
    path = own(&copy, path);
    if (!mpg__vm_is_shared(text))
        return next(path, text, size);
    ssize_t length =
        next(path, found.text, size < sizeof found ? size : sizeof found);
    if (length > 0)
        memcpy(text, found.text, (size_t)length);
    return length;
}

EXPORTED char *getcwd(char *text, size_t size)
{
    NEXT(getcwd);
    struct path found;
    if (!mpg__vm_is_shared(text))
        return next(text, size);
    if (!next(found.text, size < sizeof found ? size : sizeof found))
        return NULL;
    return strcpy(text, found.text);
}

/* The template becomes the name of what is made. */
#define TEMPLATE_CALL(type, name, parameters, arguments, is_made, made)        \
    EXPORTED type name parameters                                              \
    {                                                                          \
        NEXT(name);                                                            \
        struct path copy;                                                      \
        char *path = (char *)own(&copy, text);                                 \
        type result = next arguments;                                          \
        if (path != text && (is_made))                                         \
            strcpy(text, path);                                                \
        return made;                                                           \
    }

TEMPLATE_CALL(int, mkstemp, (char *text), (path), result >= 0, result)
TEMPLATE_CALL(int, mkstemp64, (char *text), (path), result >= 0, result)
TEMPLATE_CALL(int, mkostemp, (char *text, int flags), (path, flags),
              result >= 0, result)
TEMPLATE_CALL(char *, mkdtemp, (char *text), (path), result,
              result ? text : NULL)

/* Commands: the kernel reads them when the shell has been started. */

static const char *own_command(struct bounce *bounce, const char *command)
{
    bounce->mapped = 0;
    if (!mpg__vm_is_shared(command))
        return command;
    size_t bytes = strlen(command) + 1;
    return bounce_open(bounce, bytes) ? memcpy(bounce->bytes, command, bytes)
                                      : NULL;
}

EXPORTED int system(const char *command)
{
    NEXT(system);
    struct bounce bounce;
    const char *copy = own_command(&bounce, command);
    if (command && !copy)
        return -1;
    int result = next(copy);
    bounce_close(&bounce);
    return result;
}

EXPORTED FILE *popen(const char *command, const char *mode)
{
    NEXT(popen);
    struct bounce bounce;
    const char *copy = own_command(&bounce, command);
    FILE *result = copy ? next(copy, mode) : NULL;
    bounce_close(&bounce);
    return result;
}

/* The names that fortified sources have for some of these. */

_Noreturn void __chk_fail(void);
int __open_2(const char *, int);
int __open64_2(const char *, int);
int __openat_2(int, const char *, int);
int __openat64_2(int, const char *, int);
ssize_t __readlink_chk(const char *, char *, size_t, size_t);
char *__getcwd_chk(char *, size_t, size_t);

EXPORTED int __open_2(const char *path, int flags)
{
    return open(path, flags);
}

EXPORTED int __open64_2(const char *path, int flags)
{
    return open64(path, flags);
}

EXPORTED int __openat_2(int at, const char *path, int flags)
{
    return openat(at, path, flags);
}

EXPORTED int __openat64_2(int at, const char *path, int flags)
{
    return openat64(at, path, flags);
}

EXPORTED ssize_t __readlink_chk(const char *path, char *text, size_t size,
                                size_t room)
{
    if (size > room)
        __chk_fail();
    return readlink(path, text, size);
}

EXPORTED char *__getcwd_chk(char *text, size_t size, size_t room)
{
    if (size > room)
        __chk_fail();
    return getcwd(text, size);
}
