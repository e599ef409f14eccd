/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls of the C library that hand the kernel small objects which may be in
 * shared memory: times, limits, sets, addresses, pairs of descriptors.  A
 * program under `millicc -fopenmp` has its locals there as soon as their
 * address is taken, and another host may have a copy of the page just then.
 * io.c has the reason; here the kernel gets an object on the stack.
 *
 * getrlimit and setrlimit are not among them: sanitizers call them before they
 * can bear the code that they have instrumented, ours too.
 */
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bounce.h"

#define CALLS(X)                                                               \
    X(nanosleep)                                                               \
    X(clock_nanosleep)                                                         \
    X(clock_gettime)                                                           \
    X(clock_getres)                                                            \
    X(gettimeofday)                                                            \
    X(getitimer)                                                               \
    X(setitimer)                                                               \
    X(times)                                                                   \
    X(getrusage)                                                               \
    X(uname)                                                                   \
    X(sysinfo)                                                                 \
    X(sched_getaffinity)                                                       \
    X(sched_setaffinity)                                                       \
    X(getrandom)                                                               \
    X(getentropy)                                                              \
    X(pipe)                                                                    \
    X(pipe2)                                                                   \
    X(socketpair)                                                              \
    X(poll)                                                                    \
    X(select)                                                                  \
    X(epoll_ctl)                                                               \
    X(epoll_wait)                                                              \
    X(wait)                                                                    \
    X(waitpid)                                                                 \
    X(wait4)                                                                   \
    X(sigprocmask)                                                             \
    X(bind)                                                                    \
    X(connect)                                                                 \
    X(accept)                                                                  \
    X(accept4)                                                                 \
    X(getsockname)                                                             \
    X(getpeername)                                                             \
    X(setsockopt)                                                              \
    X(getsockopt)
BEHIND(CALLS)

/* One object that the kernel fills. */
#define OUT_CALL(type, name, parameters, arguments)                            \
    EXPORTED type name parameters                                              \
    {                                                                          \
        NEXT(name);                                                            \
        OUT(out);                                                              \
        type result = next arguments;                                          \
        if (result != (type) - 1)                                              \
            GIVE(out);                                                         \
        return result;                                                         \
    }

OUT_CALL(int, clock_gettime, (clockid_t clock, struct timespec *out),
         (clock, out_at))
OUT_CALL(int, clock_getres, (clockid_t clock, struct timespec *out),
         (clock, out_at))
OUT_CALL(int, gettimeofday, (struct timeval *restrict out, void *restrict zone),
         (out_at, zone))
OUT_CALL(int, getitimer, (__itimer_which_t which, struct itimerval *out),
         (which, out_at))
OUT_CALL(clock_t, times, (struct tms * out), (out_at))
OUT_CALL(int, getrusage, (__rusage_who_t who, struct rusage *out),
         (who, out_at))
OUT_CALL(int, uname, (struct utsname * out), (out_at))
OUT_CALL(int, sysinfo, (struct sysinfo * out), (out_at))
OUT_CALL(pid_t, wait, (int *out), (out_at))
OUT_CALL(pid_t, waitpid, (pid_t child, int *out, int options),
         (child, out_at, options))

/* One that it reads, and another that it fills. */
#define IN_OUT_CALL(name, type, has_out, parameters, arguments)                \
    EXPORTED int name parameters                                               \
    {                                                                          \
        NEXT(name);                                                            \
        IN(type, in);                                                          \
        OUT(out);                                                              \
        int result = next arguments;                                           \
        if (has_out)                                                           \
            GIVE(out);                                                         \
        return result;                                                         \
    }

/* What is left of the time is told when a signal came. */
IN_OUT_CALL(nanosleep, struct timespec, result &&errno == EINTR,
            (const struct timespec *in, struct timespec *out), (in_at, out_at))
IN_OUT_CALL(clock_nanosleep, struct timespec,
            result == EINTR && flags != TIMER_ABSTIME,
            (clockid_t clock, int flags, const struct timespec *in,
             struct timespec *out),
            (clock, flags, in_at, out_at))
IN_OUT_CALL(setitimer, struct itimerval, !result,
            (__itimer_which_t which, const struct itimerval *restrict in,
             struct itimerval *restrict out),
            (which, in_at, out_at))
IN_OUT_CALL(sigprocmask, sigset_t, !result,
            (int how, const sigset_t *restrict in, sigset_t *restrict out),
            (how, in_at, out_at))

EXPORTED pid_t wait4(pid_t child, int *status, int options,
                     struct rusage *usage)
{
    NEXT(wait4);
    OUT(status);
    OUT(usage);
    pid_t result = next(child, status_at, options, usage_at);
    if (result > 0) {
        GIVE(status);
        GIVE(usage);
    }
    return result;
}

/* Two descriptors. */
#define PAIR_CALL(name, parameters, arguments)                                 \
    EXPORTED int name parameters                                               \
    {                                                                          \
        NEXT(name);                                                            \
        int own[2], *to = mpg__vm_is_shared(pair) ? own : pair;                \
        int result = next arguments;                                           \
        if (!result && to == own)                                              \
            memcpy(pair, own, sizeof own);                                     \
        return result;                                                         \
    }

PAIR_CALL(pipe, (int pair[2]), (to))
PAIR_CALL(pipe2, (int pair[2], int flags), (to, flags))
PAIR_CALL(socketpair, (int domain, int type, int protocol, int pair[2]),
          (domain, type, protocol, to))

/* As many bytes as the program says.  FILLED(buffer, bytes, call): by the call,
 * which has them at `at`. */
#define FILLED(type, buffer, bytes, count, call)                               \
    struct bounce bounced;                                                     \
    bool is_shared = mpg__vm_is_shared(buffer);                                \
    if (is_shared && !bounce_open(&bounced, bytes))                            \
        return -1;                                                             \
    __typeof__(buffer) at = is_shared ? (void *)bounced.bytes : (buffer);      \
    type result = call;                                                        \
    if (is_shared && result >= 0)                                              \
        memcpy(buffer, at, count);                                             \
    if (is_shared)                                                             \
        bounce_close(&bounced);                                                \
    return result

EXPORTED ssize_t getrandom(void *buffer, size_t bytes, unsigned flags)
{
    NEXT(getrandom);
    FILLED(ssize_t, buffer, bytes, (size_t)result, next(at, bytes, flags));
}

EXPORTED int getentropy(void *buffer, size_t bytes)
{
    NEXT(getentropy);
    FILLED(int, buffer, bytes, bytes, next(at, bytes));
}

EXPORTED int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *set)
{
    NEXT(sched_getaffinity);
    FILLED(int, set, bytes, bytes, next(thread, bytes, at));
}

EXPORTED int sched_setaffinity(pid_t thread, size_t bytes, const cpu_set_t *set)
{
    NEXT(sched_setaffinity);
    struct bounce bounced;
    if (!mpg__vm_is_shared(set))
        return next(thread, bytes, set);
    if (!bounce_open(&bounced, bytes))
        return -1;
    memcpy(bounced.bytes, set, bytes);
    int result = next(thread, bytes, (const cpu_set_t *)bounced.bytes);
    bounce_close(&bounced);
    return result;
}

/* Waiting for descriptors. */

EXPORTED int poll(struct pollfd *wanted, nfds_t count, int timeout)
{
    NEXT(poll);
    struct bounce bounced;
    size_t bytes = count * sizeof *wanted;
    if (!mpg__vm_is_shared(wanted))
        return next(wanted, count, timeout);
    if (!bounce_open(&bounced, bytes))
        return -1;
    memcpy(bounced.bytes, wanted, bytes);
    int result = next((struct pollfd *)bounced.bytes, count, timeout);
    if (result >= 0)
        memcpy(wanted, bounced.bytes, bytes);
    bounce_close(&bounced);
    return result;
}

EXPORTED int select(int count, fd_set *restrict to_read,
                    fd_set *restrict to_write, fd_set *restrict odd,
                    struct timeval *restrict limit)
{
    NEXT(select);
    INOUT(to_read);
    INOUT(to_write);
    INOUT(odd);
    INOUT(limit);
    int result = next(count, to_read_at, to_write_at, odd_at, limit_at);
    if (result >= 0) {
        GIVE(to_read);
        GIVE(to_write);
        GIVE(odd);
    }
    GIVE(limit);
    return result;
}

EXPORTED int epoll_ctl(int epoll, int operation, int fd,
                       struct epoll_event *event)
{
    NEXT(epoll_ctl);
    INOUT(event);
    return next(epoll, operation, fd, event_at);
}

EXPORTED int epoll_wait(int epoll, struct epoll_event *events, int most,
                        int timeout)
{
    NEXT(epoll_wait);
    size_t bytes = most > 0 ? (size_t)most * sizeof *events : 0;
    FILLED(int, events, bytes, (size_t)result * sizeof *events,
           next(epoll, at, most, timeout));
}

/* Sockets: no address is longer than a sockaddr_storage. */

static const struct sockaddr *own_address(struct sockaddr_storage *own,
                                          const struct sockaddr *given,
                                          socklen_t length)
{
    if (!mpg__vm_is_shared(given) || length > sizeof *own)
        return given;
    return memcpy(own, given, length);
}

#define TO_ADDRESS_CALL(name)                                                  \
    EXPORTED int name(int fd, const struct sockaddr *to, socklen_t length)     \
    {                                                                          \
        NEXT(name);                                                            \
        struct sockaddr_storage own;                                           \
        return next(fd, own_address(&own, to, length), length);                \
    }

TO_ADDRESS_CALL(bind)
TO_ADDRESS_CALL(connect)

/* The kernel says how long the address is, and writes what there is room for.
 */
#define ADDRESS_CALL(name, parameters, arguments)                              \
    EXPORTED int name parameters                                               \
    {                                                                          \
        NEXT(name);                                                            \
        struct sockaddr_storage own;                                           \
        INOUT(length);                                                         \
        socklen_t room = length ? *length : 0;                                 \
        struct sockaddr *to = address;                                         \
        if (mpg__vm_is_shared(address) && room <= sizeof own)                  \
            to = (struct sockaddr *)&own;                                      \
        int result = next arguments;                                           \
        if (result < 0)                                                        \
            return result;                                                     \
        if (to != address)                                                     \
            memcpy(address, to, *length_at < room ? *length_at : room);        \
        GIVE(length);                                                          \
        return result;                                                         \
    }

ADDRESS_CALL(accept,
             (int fd, struct sockaddr *restrict address,
              socklen_t *restrict length),
             (fd, to, length_at))
ADDRESS_CALL(accept4,
             (int fd, struct sockaddr *restrict address,
              socklen_t *restrict length, int flags),
             (fd, to, length_at, flags))
ADDRESS_CALL(getsockname,
             (int fd, struct sockaddr *restrict address,
              socklen_t *restrict length),
             (fd, to, length_at))
ADDRESS_CALL(getpeername,
             (int fd, struct sockaddr *restrict address,
              socklen_t *restrict length),
             (fd, to, length_at))

EXPORTED int setsockopt(int fd, int level, int name, const void *value,
                        socklen_t length)
{
    NEXT(setsockopt);
    struct bounce bounced;
    if (!mpg__vm_is_shared(value))
        return next(fd, level, name, value, length);
    if (!bounce_open(&bounced, length))
        return -1;
    memcpy(bounced.bytes, value, length);
    int result = next(fd, level, name, bounced.bytes, length);
    bounce_close(&bounced);
    return result;
}

EXPORTED int getsockopt(int fd, int level, int name, void *restrict value,
                        socklen_t *restrict length)
{
    NEXT(getsockopt);
    struct bounce bounced;
    INOUT(length);
    bool is_shared = mpg__vm_is_shared(value);
    if (is_shared && !bounce_open(&bounced, *length_at))
        return -1;
    int result =
        next(fd, level, name, is_shared ? bounced.bytes : value, length_at);
    if (is_shared && !result)
        memcpy(value, bounced.bytes, *length_at);
    if (is_shared)
        bounce_close(&bounced);
    if (!result)
        GIVE(length);
    return result;
}
