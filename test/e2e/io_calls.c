/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls that hand the kernel other things than buffers, names of files and
 * small objects, in shared memory that another host owns.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "spmd.h"

static char *memory; /* a page: what is to be read, and where to write */
static int user, owner;
static char where[64]; /* a directory of the user's */

/* Collective: `bytes` of what are at memory, and the owner has them. */
static void *lend(const void *what, size_t bytes)
{
    mpg_barrier();
    if (mpg_host() == user)
        memmove(memory, what, bytes);
    mpg_barrier();
    if (mpg_host() == owner)
        memory[4095]++;
    mpg_barrier();
    return memory;
}

static char *lend_name(const char *name)
{
    char text[128];
    snprintf(text, sizeof text, "%s/%s", where, name);
    return lend(text, strlen(text) + 1);
}

/* CALL(lent, condition): on one host, right after another one has taken what it
 * needs.  Everybody comes here. */
#define CALL(lent, condition)                                                  \
    do {                                                                       \
        void *at = lent;                                                       \
        (void)at;                                                              \
        if (mpg_host() == user)                                                \
            CHECK(condition);                                                  \
    } while (0)
#define ROOM      lend("", 1)
#define NAME(n)   lend_name(n)
#define OBJECT(x) lend(&(x), sizeof(x))

static int is_closed(int fd)
{
    return fd >= 0 && !close(fd);
}

static int ends_well(FILE *file)
{
    return file && !fclose(file);
}

static void names(void)
{
    struct stat *about = (struct stat *)(memory + 1024);
    CALL(NAME("a"), is_closed(open(at, O_CREAT | O_WRONLY, 0600)));
    CALL(NAME("a"), is_closed(openat(AT_FDCWD, at, O_RDONLY)));
    CALL(NAME("a"), ends_well(fopen(at, "w")));
    CALL(NAME("a"), !stat(at, about) && S_ISREG(about->st_mode));
    CALL(NAME("a"), !lstat(at, about) && S_ISREG(about->st_mode));
    CALL(ROOM, !fstat(0, at) || errno == EBADF);
    CALL(NAME("a"), !access(at, R_OK));
    CALL(NAME("a"), !chmod(at, 0644) && !truncate(at, 10));
    char both[1024];
    snprintf(both, 512, "%s/a", where);
    snprintf(both + 512, 512, "%s/ab", where);
    CALL(OBJECT(both), !rename(at, memory + 512));
    CALL(NAME("ab"), !unlink(at));
    CALL(NAME("c"), !mkdir(at, 0700));
    CALL(NAME("c"), !closedir(opendir(at)));
    CALL(NAME("c"), !rmdir(at));
    CALL(NAME("c"), access(at, F_OK) && errno == ENOENT);
    CALL(NAME("d"), !symlink("there", at));
    CALL(NAME("d"), readlink(at, memory + 512, 100) == 5 &&
                        !memcmp(memory + 512, "there", 5));
    CALL(NAME("d"), !remove(at));
    CALL(NAME("eXXXXXX"), is_closed(mkstemp(at)) && !unlink(at));
    CALL(NAME("fXXXXXX"), mkdtemp(at) == at && !rmdir(at));
    CALL(ROOM, getcwd(at, 4095) == at && memory[0] == '/');
    CALL(lend(".", 2), !statvfs(at, (struct statvfs *)about));
    CALL(lend("exit 3", 7), WEXITSTATUS(system(at)) == 3);
    CALL(lend("exit 4", 7), WEXITSTATUS(pclose(popen(at, "r"))) == 4);
}

static void times_and_limits(void)
{
    /* Nothing here sleeps.  Sleeping is a call whose argument the kernel reads,
     * so it is one to be tried; this is no time, and the kernel says so at once
     * (EINVAL) if it could read it, and EFAULT if we let it see where it is. */
    struct timespec no_time = {0, -1};
    struct itimerval never = {{0, 0}, {0, 0}};
    cpu_set_t cores;
    CALL(OBJECT(no_time), nanosleep(at, NULL) && errno == EINVAL);
    CALL(OBJECT(no_time),
         clock_nanosleep(CLOCK_MONOTONIC, 0, at, NULL) == EINVAL);
    CALL(ROOM, !clock_gettime(CLOCK_PROCESS_CPUTIME_ID, at));
    CALL(ROOM, !clock_gettime(CLOCK_THREAD_CPUTIME_ID, at));
    CALL(ROOM, !clock_getres(CLOCK_PROCESS_CPUTIME_ID, at));
    CALL(ROOM, !gettimeofday(at, NULL) && ((struct timeval *)at)->tv_sec > 0);
    CALL(OBJECT(never), !setitimer(ITIMER_REAL, at, NULL));
    CALL(ROOM, !getitimer(ITIMER_REAL, at));
    CALL(ROOM, times(at) != -1);
    CALL(ROOM,
         !getrusage(RUSAGE_SELF, at) && ((struct rusage *)at)->ru_maxrss > 0);
    CALL(ROOM, !uname(at) && !strcmp(at, "Linux"));
    CALL(ROOM,
         !sched_getaffinity(0, sizeof cores, at) && CPU_COUNT((cpu_set_t *)at));
    CALL(ROOM, getrandom(at, 100, 0) == 100);
    CALL(ROOM, !getentropy(at, 100));
    CALL(ROOM, !sigprocmask(SIG_BLOCK, NULL, at));
}

static void descriptors(void)
{
    int *pair = (int *)memory;
    struct pollfd *wanted = (struct pollfd *)(memory + 64);
    struct timeval *limit = (struct timeval *)(memory + 128);
    struct epoll_event *event = (struct epoll_event *)(memory + 256);
    fd_set *set = (fd_set *)(memory + 512);
    CALL(ROOM, !pipe(pair));
    CALL(lend(memory, 8), write(pair[1], "x", 1) == 1);
    if (mpg_host() == user) {
        *wanted = (struct pollfd){.fd = pair[0], .events = POLLIN};
        *limit = (struct timeval){0, 1};
        *event = (struct epoll_event){.events = EPOLLIN, .data.fd = pair[0]};
        FD_ZERO(set);
        FD_SET(pair[0], set);
    }
    CALL(lend(memory, 1024),
         poll(wanted, 1, 0) == 1 && wanted->revents == POLLIN);
    CALL(lend(memory, 1024), select(pair[0] + 1, set, NULL, NULL, limit) == 1);
    CALL(lend(memory, 1024), FD_ISSET(pair[0], set));
    int epoll = epoll_create1(0);
    CALL(lend(memory, 1024), !epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], event));
    CALL(lend(memory, 1024), epoll_wait(epoll, event, 2, 0) == 1);
    CALL(lend(memory, 1024), event->data.fd == pair[0]);
    if (mpg_host() == user)
        CHECK(!close(pair[0]) && !close(pair[1]));
    CALL(ROOM, !socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    if (mpg_host() == user)
        CHECK(!close(pair[0]) && !close(pair[1]));
    close(epoll);
}

static void sockets(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t *length = (socklen_t *)(memory + 512);
    int *value = (int *)(memory + 1024), one = 1;
    snprintf(name.sun_path, sizeof name.sun_path, "%s/s", where);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0),
        caller = socket(AF_UNIX, SOCK_STREAM, 0);
    CALL(OBJECT(name),
         !bind(listener, at, sizeof name) && !listen(listener, 1));
    CALL(OBJECT(name), !connect(caller, at, sizeof name));
    if (mpg_host() == user)
        *length = sizeof name;
    CALL(lend(memory, 1024), is_closed(accept(listener, at, length)));
    if (mpg_host() == user)
        *length = sizeof name;
    CALL(lend(memory, 1024),
         !getsockname(listener, at, length) && *length > sizeof(sa_family_t));
    CALL(OBJECT(one),
         !setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, at, sizeof one));
    if (mpg_host() == user)
        *length = sizeof one;
    CALL(lend(memory, 1024),
         !getsockopt(listener, SOL_SOCKET, SO_REUSEADDR, value, length) &&
             *value && *length == sizeof one);
    if (mpg_host() == user)
        CHECK_EQ(unlink(name.sun_path), 0);
    close(listener);
    close(caller);
}

static void children(void)
{
    pid_t child = 0;
    if (mpg_host() == user) {
        child = vfork();
        if (!child)
            _exit(5);
    }
    int *status = (int *)memory;
    CALL(ROOM, waitpid(child, status, 0) == child && WEXITSTATUS(*status) == 5);
}

int main(void)
{
    memory = spmd_pages(4096);
    owner = mpg_hosts() - 1;
    snprintf(where, sizeof where, "/tmp/io_calls_XXXXXX");
    if (mpg_host() == user)
        CHECK(mkdtemp(where) != NULL);
    names();
    times_and_limits();
    descriptors();
    sockets();
    children();
    if (mpg_host() == user)
        CHECK_EQ(rmdir(where), 0);
    return spmd_report();
}
