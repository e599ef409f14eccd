/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Another host follows a pointer to what a library has made on host 0:
 * pointer.sh reads the line that the job ends with.
 *
 *     pointer CASE: prints the range of the object, then uses it elsewhere
 *
 * RUN: %S/pointer.sh %t %s
 * RUN: env MILLIPAGE_MEMORY=1G %S/pointer.sh %t %s
 */
#define _GNU_SOURCE
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

long *library_makes(long count);
long library_reads(const long *from);

static FILE *file;
static long *numbers;
static long sum;

static void say(const void *from, size_t bytes)
{
    printf("%p %p\n", from, (const void *)((const char *)from + bytes));
    fflush(stdout);
}

/* The fault is in the C library. */
static void use_file(void)
{
    file = fopen("/dev/null", "w");
    say(file, sizeof *file);
#pragma omp parallel
    if (omp_get_thread_num() == omp_get_num_threads() - 1)
        fprintf(file, "%d\n", 1); /* LINE file */
}

/* The fault is in the program. */
static void use_numbers(void)
{
    numbers = library_makes(1000);
    say(numbers, 1000 * sizeof *numbers);
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 1000; i++)
        sum += numbers[i]; /* LINE numbers */
}

/* Writing, a mapping, in a task. */
static void use_mapping(void)
{
    size_t bytes = (size_t)1 << 20;
    long *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say(mapping, bytes);
#pragma omp parallel
#pragma omp for
    for (int i = 0; i < 1000; i++)
        mapping[i] = i; /* LINE mapping */
    sum += mapping[999];
}

/* The fault is in another library, called by the program. */
static void use_library(void)
{
    numbers = library_makes(1000);
    say(numbers, 1000 * sizeof *numbers);
#pragma omp parallel
    if (omp_get_thread_num() == omp_get_num_threads() - 1)
        sum = library_reads(numbers); /* LINE library */
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*use)(void);
    } cases[] = {{"file", use_file},
                 {"numbers", use_numbers},
                 {"mapping", use_mapping},
                 {"library", use_library}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (count > 1 && !strcmp(arguments[1], cases[i].name))
            cases[i].use();
    printf("the end %ld\n", sum);
    return 0;
}
