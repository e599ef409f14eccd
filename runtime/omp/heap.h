/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The functions of the C library that allocate, as OpenMP units call them: the
 * plugin puts mpg__omp_NAME for NAME (plugin/ir/OpenMP.cpp has the list).  Each
 * answers, fails and sets errno as the one it stands for; what it returns is
 * shared memory, which the interposed free gives back on any host.
 */
#ifndef MPG_OMP_HEAP_H
#define MPG_OMP_HEAP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

void *mpg__omp_malloc(size_t bytes);
void *mpg__omp_calloc(size_t count, size_t bytes);
/* Takes private memory too, and moves it. */
void *mpg__omp_realloc(void *, size_t bytes);
void *mpg__omp_reallocarray(void *, size_t count, size_t bytes);
void *mpg__omp_aligned_alloc(size_t align, size_t bytes);
void *mpg__omp_memalign(size_t align, size_t bytes);
int mpg__omp_posix_memalign(void **, size_t align, size_t bytes);
void *mpg__omp_valloc(size_t bytes);
void *mpg__omp_pvalloc(size_t bytes);

/* strings.c */
char *mpg__omp_strdup(const char *);
char *mpg__omp_strndup(const char *, size_t length);
wchar_t *mpg__omp_wcsdup(const wchar_t *);
ssize_t mpg__omp_getline(char **line, size_t *room, FILE *);
ssize_t mpg__omp_getdelim(char **line, size_t *room, int delimiter, FILE *);
int mpg__omp_asprintf(char **, const char *format, ...);
int mpg__omp_asprintf_chk(char **, int flag, const char *format, ...);
int mpg__omp_vasprintf(char **, const char *format, va_list);
int mpg__omp_vasprintf_chk(char **, int flag, const char *format, va_list);
FILE *mpg__omp_open_memstream(char **text, size_t *length);
char *mpg__omp_realpath(const char *path, char *resolved);
char *mpg__omp_realpath_chk(const char *path, char *resolved, size_t room);
char *mpg__omp_canonicalize_file_name(const char *path);
char *mpg__omp_getcwd(char *text, size_t room);
char *mpg__omp_getcwd_chk(char *text, size_t size, size_t room);
char *mpg__omp_get_current_dir_name(void);

/* The arguments of main, in shared memory: the program may keep pointers to
 * them. */
char **mpg__omp_arguments(int count, char **arguments);

#endif
