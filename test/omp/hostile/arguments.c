/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Options read by getopt in main; regions use what came of them, the texts
 * in argv too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name = "default";
static int size = 1, verbose;

static void read_options(int argc, char **argv)
{
    int option;

    optind = 1;
    while ((option = getopt(argc, argv, "n:s:v")) != -1) {
        if (option == 'n')
            name = optarg;
        else if (option == 's')
            size = atoi(optarg);
        else
            verbose++;
    }
}

int main(void)
{
    char program[] = "arguments", first[] = "-vs24", second[] = "-nshort",
         third[] = "-v", rest[] = "file";
    char *argv[] = {program, first, second, third, rest, NULL};
    long sum = 0;

    read_options(5, argv);
    char **files = argv + optind;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < size; i++)
        sum += (long)strlen(name) * i + verbose + files[0][i % 4];
    printf("%s %d %d %s %ld\n", name, size, verbose, files[0], sum);
    return 0;
}
