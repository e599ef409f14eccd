/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The host begins here: its descriptors, its process group, its address
 * space without randomisation, and its end when we end.
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "millipage/boot.h"

static struct rlimit files_before;

int signals_open(const sigset_t *set, struct signals *before)
{
    struct rlimit files;
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files_before = files;
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    before->pipe = signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, set, &before->mask);
    return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void signals_restore(const struct signals *before)
{
    setrlimit(RLIMIT_NOFILE, &files_before);
    signal(SIGPIPE, before->pipe);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

enum { BOOT, INPUT, OUTPUT, ERRORS, REPORT, PAIRS };

/* [0] is the parent's end, [1] the host's. */
static int open_pairs(int pairs[PAIRS][2], int with_input)
{
    int *input = pairs[INPUT];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[BOOT]) < 0)
        return -1;
    if (with_input) {
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
            return -1;
        input[0] = ends[1];
        input[1] = ends[0];
    } else {
        input[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (input[1] < 0)
            return -1;
    }
    for (int i = OUTPUT; i < PAIRS; i++) {
        if (pipe2(pairs[i], O_CLOEXEC) < 0)
            return -1;
    }
    return 0;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Without a limit of the stack the kernel has libraries grow upwards from
 * about the place where shared memory is to be, on every host.  So there is
 * one, which is as good as none. */
#define STACK_BYTES_MAX ((rlim_t)1 << 30)

static void limit_stack(void)
{
    struct rlimit stack;

    if (getrlimit(RLIMIT_STACK, &stack) == 0 &&
        stack.rlim_cur == RLIM_INFINITY) {
        stack.rlim_cur = STACK_BYTES_MAX;
        setrlimit(RLIMIT_STACK, &stack);
    }
}

/* In the child.  Returns only when something failed. */
static void become_host(char **arguments, uint32_t host_number,
                        int pairs[PAIRS][2], pid_t parent,
                        const struct signals *before)
{
    char number[16];

    setpgid(0, 0);
    /* Nothing of a job outlives its agent, however that ends. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    /* Function addresses travel between hosts, so they must be the same
     * everywhere.  Where this is refused the library finds out. */
    personality(ADDR_NO_RANDOMIZE);
    limit_stack();
    signals_restore(before);
    if (dup2(pairs[INPUT][1], STDIN_FILENO) < 0 ||
        dup2(pairs[OUTPUT][1], STDOUT_FILENO) < 0 ||
        dup2(pairs[ERRORS][1], STDERR_FILENO) < 0 ||
        fcntl(pairs[BOOT][1], F_SETFD, 0) < 0)
        return;
    snprintf(number, sizeof number, "%d", pairs[BOOT][1]);
    setenv(MPG_BOOT_FD_NAME, number, 1);
    snprintf(number, sizeof number, "%u", host_number);
    setenv(MPG_BOOT_HOST_NAME, number, 1);
    execvp(arguments[0], arguments);
}

/* What the child had to report: nothing, when exec closed the pipe. */
static int read_report(int fd)
{
    int error = 0;

    while (read(fd, &error, sizeof error) < 0 && errno == EINTR)
        ;
    return error;
}

/* Ends that block would keep us from all other hosts. */
static int set_nonblocking(int pairs[PAIRS][2])
{
    for (int i = 0; i < PAIRS; i++) {
        if (pairs[i][0] >= 0 && i != REPORT &&
            fcntl(pairs[i][0], F_SETFL, O_NONBLOCK) < 0)
            return -1;
    }
    return 0;
}

static void keep_ends(int pairs[PAIRS][2], struct spawned *host)
{
    for (int i = 0; i < PAIRS; i++)
        close_end(&pairs[i][1]);
    close_end(&pairs[REPORT][0]);
    host->boot = pairs[BOOT][0];
    host->input = pairs[INPUT][0];
    host->output = pairs[OUTPUT][0];
    host->errors = pairs[ERRORS][0];
}

int spawn_host(char **arguments, uint32_t number, const struct signals *before,
               struct spawned *host, const char **what)
{
    int pairs[PAIRS][2];
    pid_t parent = getpid();
    int error;

    memset(pairs, -1, sizeof pairs);
    *what = "its pipes and socket";
    if (open_pairs(pairs, number == 0) < 0 || set_nonblocking(pairs) < 0) {
        error = errno;
        goto err_close;
    }
    *what = "fork";
    host->pid = fork();
    if (host->pid < 0) {
        error = errno;
        goto err_close;
    }
    *what = arguments[0];
    if (host->pid == 0) {
        become_host(arguments, number, pairs, parent, before);
        error = errno;
        if (write(pairs[REPORT][1], &error, sizeof error) < 0)
            _exit(EXIT_FAILURE);
        _exit(EXIT_FAILURE);
    }
    setpgid(host->pid, host->pid); /* whoever comes first, it is done */
    close_end(&pairs[REPORT][1]);
    error = read_report(pairs[REPORT][0]);
    if (error) {
        waitpid(host->pid, NULL, 0);
        goto err_close;
    }
    keep_ends(pairs, host);
    return 0;

err_close:
    for (int i = 0; i < PAIRS; i++) {
        close_end(&pairs[i][0]);
        close_end(&pairs[i][1]);
    }
    return error;
}

const char *spawn_advice(int error)
{
    switch (error) {
    case EMFILE:
        return "; ulimit -n says how many a process may have";
    case EAGAIN:
        return "; ulimit -u says how many processes a user may have";
    default:
        return "";
    }
}
