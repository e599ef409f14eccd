/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

enum { WORDS_MAX = 64 };

static char own_path[PATH_MAX];

static void find_own_path(void)
{
    ssize_t length = readlink("/proc/self/exe", own_path, sizeof own_path - 1);

    own_path[length < 0 ? 0 : length] = '\0';
}

/* The remote shell is handed the path unquoted: ssh wants quotes around a
 * path with blanks, a wrapper script must not get any. */
static void check_own_path(void)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+=:,@%";

    if (own_path[strspn(own_path, plain)] != '\0')
        die("%s: a path that is to go through a remote shell may have only "
            "letters, digits and %s",
            own_path, plain + 62);
}

/* The agent's command line; the words point into fresh memory. */
static char **agent_command(const struct place *place, const char *rsh)
{
    char **words = xrealloc(NULL, WORDS_MAX * sizeof *words);
    size_t count = 0;

    find_own_path();
    if (place->is_local) {
        words[count++] = own_path;
    } else {
        char *rest = xstrdup(rsh);
        char *word;

        check_own_path();
        while ((word = strtok_r(rest, " \t", &rest)) && count < WORDS_MAX - 4)
            words[count++] = word;
        words[count++] = place->name;
        words[count++] = own_path;
    }
    words[count++] = "--agent";
    words[count] = NULL;
    return words;
}

static _Noreturn void become_agent(char **command, int is_local, int input,
                                   int output, int report,
                                   const struct signals *before)
{
    int error;

    /* Ctrl-C is for the launcher alone.  A remote shell stays where it is: it
     * may have to ask for a password. */
    if (is_local)
        setsid();
    signals_restore(before);
    if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
        execvp(command[0], command);
    error = errno;
    if (write(report, &error, sizeof error) < 0)
        _exit(127);
    _exit(127);
}

int machine_start(struct machine *machine, const char *rsh,
                  const struct signals *before, const char **what)
{
    char **command = agent_command(machine->place, rsh);
    int is_local = machine->place->is_local;
    int down[2], up[2], report[2];
    int error = 0;

    machine->to = machine->from = -1;
    /* When something fails the launcher gives up, so nothing is undone. */
    *what = "its agent (pipe)";
    if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0 ||
        pipe2(report, O_CLOEXEC) < 0)
        return errno;
    *what = "its agent (fork)";
    machine->pid = fork();
    if (machine->pid < 0)
        return errno;
    *what = command[0];
    if (machine->pid == 0)
        become_agent(command, is_local, down[0], up[1], report[1], before);
    close(down[0]);
    close(up[1]);
    close(report[1]);
    while (read(report[0], &error, sizeof error) < 0 && errno == EINTR)
        ;
    close(report[0]);
    machine->to = down[1];
    machine->from = up[0];
    fcntl(machine->to, F_SETFL, O_NONBLOCK);
    fcntl(machine->from, F_SETFL, O_NONBLOCK);
    return error;
}

int machine_read(struct machine *machine)
{
    static const size_t length = sizeof WIRE_MAGIC - 1;
    long got = inbox_read(&machine->up, machine->from);
    size_t here = inbox_length(&machine->up);

    if (got == -2)
        machine->error = errno;

    if (!machine->has_greeted) {
        if (memcmp(inbox_bytes(&machine->up), WIRE_MAGIC,
                   here < length ? here : length) != 0)
            return -1;
        if (here >= length) {
            machine->has_greeted = 1;
            inbox_drop(&machine->up, length);
        }
    }
    return got == -1 || got > 0;
}

/* Whether the process has ended within the time. */
static int wait_ended(const struct machine *machine, int64_t deadline_ms)
{
    int64_t left = deadline_ms - now_ms();
    int fd = (int)syscall(SYS_pidfd_open, machine->pid, 0);
    struct pollfd poll_end = {.fd = fd, .events = POLLIN};
    int has_ended = poll(&poll_end, 1, left > 0 ? (int)left : 0) > 0;

    close(fd);
    return has_ended;
}

char *machine_epitaph(struct machine *machine, const char *rsh)
{
    const char *what = machine->place->is_local ? "its agent" : rsh;
    int status = 0;

    if (machine->error)
        return xformat("cannot read from %s: %s", what,
                       strerror(machine->error));
    if (!wait_ended(machine, now_ms() + 500))
        return xformat("%s closed the connection", what);
    waitpid(machine->pid, &status, 0);
    machine->pid = -1;
    if (WIFSIGNALED(status))
        return xformat("%s was killed by signal %d (%s)", what,
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    return xformat("%s exited with status %d", what, WEXITSTATUS(status));
}

void machine_close(struct machine *machine)
{
    if (machine->to >= 0)
        close(machine->to);
    if (machine->from >= 0)
        close(machine->from);
    machine->to = machine->from = -1;
    queue_clear(&machine->down);
}

void machine_reap(struct machine *machine, int64_t deadline_ms)
{
    if (machine->pid <= 0)
        return;
    if (!wait_ended(machine, deadline_ms))
        kill(machine->pid, SIGKILL);
    waitpid(machine->pid, NULL, 0);
    machine->pid = -1;
}
