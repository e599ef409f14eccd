/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * addr2line reads what compilers say of lines in files of code.  Where there is
 * none, or the file is on another machine only, the address is what is left.
 */
#include "places.h"

#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

enum { ADDRESS_MAX_BYTES = 24, LINE_MAX_BYTES = 1024 };

/* Starts it with its output in a pipe; NULL when that cannot be. */
static FILE *start(char **arguments, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    int error;

    if (pipe(ends) < 0)
        return NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1,
                                     0);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    error = posix_spawnp(pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return NULL;
    }
    return fdopen(ends[0], "r");
}

/* 1 when there is one; without its newline. */
static int read_line(FILE *from, char line[LINE_MAX_BYTES])
{
    if (!fgets(line, LINE_MAX_BYTES, from))
        return 0;
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

/* "??" and "?" stand for what is not known. */
static char *describe(const char *function, const char *line)
{
    int has_function = *function != '?';
    int has_line = *line != '?' && !strstr(line, ":?");

    if (has_function && has_line)
        return xformat("%s, %.*s", function, (int)strcspn(line, " "), line);
    if (has_function)
        return xstrdup(function);
    return has_line ? xstrdup(line) : NULL;
}

static int is_to_be_found(const struct site *site, const char *file)
{
    return !site->text && strcmp(site->file, file) == 0;
}

static void ask(struct sites *sites, int count, char *file)
{
    char *arguments[ACCOUNT_SITES_MAX + 5] = {"addr2line", "-fse", file};
    char texts[ACCOUNT_SITES_MAX][ADDRESS_MAX_BYTES];
    char function[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES];
    int used = 3;
    pid_t pid;
    FILE *answers;

    for (int i = 0; i < count; i++) {
        if (!is_to_be_found(&sites->list[i], file))
            continue;
        snprintf(texts[i], sizeof texts[i], "%#" PRIx64,
                 sites->list[i].address);
        arguments[used++] = texts[i];
    }
    answers = start(arguments, &pid);
    for (int i = 0; answers && i < count; i++) {
        if (!is_to_be_found(&sites->list[i], file))
            continue;
        if (!read_line(answers, function) || !read_line(answers, line))
            break;
        sites->list[i].text = describe(function, line);
    }
    if (answers) {
        fclose(answers);
        waitpid(pid, NULL, 0);
    }
}

void places_look_up(struct sites *sites, int count)
{
    for (int i = 0; i < count; i++) {
        struct site *site = &sites->list[i];
        const char *slash = strrchr(site->file, '/');

        if (strcmp(site->file, "-") == 0) {
            site->text = xstrdup("in code that is not known");
            continue;
        }
        if (!site->text)
            ask(sites, count, site->file);
        /* Each is asked for once: what has no answer gets one here. */
        for (int k = i; k < count; k++) {
            struct site *other = &sites->list[k];

            if (!other->text && strcmp(other->file, site->file) == 0)
                other->text =
                    xformat("%s+%#" PRIx64, slash ? slash + 1 : site->file,
                            other->address);
        }
    }
}
