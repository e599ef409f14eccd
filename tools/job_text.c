/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "job_text.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/* Names that mean something only in the session or on the machine where
 * millirun was called.  The remote shell gives each machine its own. */
static const char *const session_names[] = {
    "DBUS_*", "DISPLAY", "HOME",  "HOSTNAME",        "LOGNAME",  "MAIL",
    "OLDPWD", "PWD",     "SHELL", "SHLVL",           "SSH_*",    "STY",
    "TMPDIR", "TMUX*",   "USER",  "WAYLAND_DISPLAY", "WINDOWID", "XAUTHORITY",
    "XDG_*",  "_",
};

static int is_of_session(const char *variable)
{
    char name[64];
    size_t length = strcspn(variable, "=");

    if (length >= sizeof name)
        return 0;
    memcpy(name, variable, length);
    name[length] = '\0';
    for (size_t i = 0; i < sizeof session_names / sizeof *session_names; i++) {
        if (fnmatch(session_names[i], name, 0) == 0)
            return 1;
    }
    return 0;
}

static uint32_t count_strings(char **strings)
{
    uint32_t count = 0;

    while (strings[count])
        count++;
    return count;
}

char **job_text_portable(char **environment)
{
    char **portable =
        xrealloc(NULL, (count_strings(environment) + 1) * sizeof *portable);
    size_t count = 0;

    for (; *environment; environment++) {
        if (!is_of_session(*environment))
            portable[count++] = *environment;
    }
    portable[count] = NULL;
    return portable;
}

static void add_strings(struct inbox *text, char **strings)
{
    for (; *strings; strings++)
        inbox_add(text, *strings, strlen(*strings) + 1);
}

void job_text_put(struct queue *queue, uint32_t first,
                  const struct job_text *job)
{
    uint32_t counts[3] = {job->hosts, count_strings(job->arguments),
                          count_strings(job->variables)};
    struct inbox text = {0};

    inbox_add(&text, counts, sizeof counts);
    inbox_add(&text, job->directory, strlen(job->directory) + 1);
    add_strings(&text, job->arguments);
    add_strings(&text, job->variables);
    wire_put(queue, WIRE_JOB, first, inbox_bytes(&text), inbox_length(&text));
    inbox_free(&text);
}

/* Takes `count` strings from between *at and end; NULL when there are not as
 * many. */
static char **take_strings(const char **at, const char *end, uint32_t count)
{
    char **strings;

    if (count > (size_t)(end - *at))
        return NULL;
    strings = xrealloc(NULL, (count + 1) * sizeof *strings);
    for (uint32_t i = 0; i < count; i++) {
        const char *zero = memchr(*at, '\0', (size_t)(end - *at));

        if (!zero)
            return NULL;
        strings[i] = xstrdup(*at);
        *at = zero + 1;
    }
    strings[count] = NULL;
    return strings;
}

int job_text_get(const struct wire_frame *frame, struct job_text *job)
{
    const char *at = frame->body;
    const char *end = at + frame->length;
    uint32_t counts[3];
    char **directory;

    if (frame->length < sizeof counts)
        return -1;
    memcpy(counts, at, sizeof counts);
    at += sizeof counts;
    directory = take_strings(&at, end, 1);
    job->hosts = counts[0];
    job->arguments = directory ? take_strings(&at, end, counts[1]) : NULL;
    job->variables = job->arguments ? take_strings(&at, end, counts[2]) : NULL;
    if (!job->variables || counts[1] == 0)
        return -1;
    job->directory = directory[0];
    return 0;
}
