/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A library to be preloaded, which makes one call fail.
 *
 * Its orders are in the environment:
 *
 *   FAULT_ROLE   host, launcher or agent: whose calls
 *   FAULT_HOST   of a host, its number
 *   FAULT_CALL   the call, a row of CALLS or of SYSTEM_CALLS
 *   FAULT_NTH    which one of them, from 1
 *   FAULT_TIMES  how many from there on; 1 unless given
 *   FAULT_DO     a number of errno (of getaddrinfo: its own error);
 *                "short": the call is asked for one byte only, of a stream;
 *                "kill": the process is killed in its place
 *   FAULT_LOG    a file that gets a line when the call was reached
 *
 * Calls count when libmillipage.so makes them (in a launcher or an agent: when
 * millirun does), by the return address.  The count is shared with children of
 * fork, so that a call of a child about to execute another program is one of
 * the calls.
 *
 * All wrappers have one shape: integers and pointers travel in the same six
 * registers whatever their types, and what comes back in one.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What a call answers when it fails. */
enum failure {
    MINUS, /* -1 and errno */
    ZERO,  /* NULL and errno */
    ERROR, /* the error itself */
};

#define CALLS(X)                                                               \
    X(accept4, MINUS)                                                          \
    X(bind, MINUS)                                                             \
    X(chdir, MINUS)                                                            \
    X(close, MINUS)                                                            \
    X(connect, MINUS)                                                          \
    X(dup2, MINUS)                                                             \
    X(epoll_create1, MINUS)                                                    \
    X(epoll_ctl, MINUS)                                                        \
    X(epoll_pwait, MINUS)                                                      \
    X(epoll_pwait2, MINUS)                                                     \
    X(epoll_wait, MINUS)                                                       \
    X(eventfd, MINUS)                                                          \
    X(execvp, MINUS)                                                           \
    X(fcntl, MINUS)                                                            \
    X(fopen, ZERO)                                                             \
    X(fork, MINUS)                                                             \
    X(ftruncate, MINUS)                                                        \
    X(getaddrinfo, ERROR)                                                      \
    X(getcwd, ZERO)                                                            \
    X(getrandom, MINUS)                                                        \
    X(getsockname, MINUS)                                                      \
    X(getsockopt, MINUS)                                                       \
    X(ioctl, MINUS)                                                            \
    X(listen, MINUS)                                                           \
    X(madvise, MINUS)                                                          \
    X(memfd_create, MINUS)                                                     \
    X(mmap, MINUS)                                                             \
    X(mprotect, MINUS)                                                         \
    X(munmap, MINUS)                                                           \
    X(open, MINUS)                                                             \
    X(personality, MINUS)                                                      \
    X(pipe2, MINUS)                                                            \
    X(poll, MINUS)                                                             \
    X(prctl, MINUS)                                                            \
    X(pthread_create, ERROR)                                                   \
    X(read, MINUS)                                                             \
    X(recv, MINUS)                                                             \
    X(recvmsg, MINUS)                                                          \
    X(send, MINUS)                                                             \
    X(sendmsg, MINUS)                                                          \
    X(setpgid, MINUS)                                                          \
    X(setsid, MINUS)                                                           \
    X(setsockopt, MINUS)                                                       \
    X(signalfd, MINUS)                                                         \
    X(socket, MINUS)                                                           \
    X(socketpair, MINUS)                                                       \
    X(timerfd_create, MINUS)                                                   \
    X(timerfd_settime, MINUS)                                                  \
    X(waitid, MINUS)                                                           \
    X(waitpid, MINUS)                                                          \
    X(write, MINUS)

/* Without a function of their own: made through syscall(). */
static const struct {
    const char *name;
    long number;
    long operation; /* of a futex; -1: any */
} system_calls[] = {
    {"userfaultfd", SYS_userfaultfd, -1},
    {"sched_setattr", SYS_sched_setattr, -1},
    {"pidfd_open", SYS_pidfd_open, -1},
    /* A wake-up that fails is none that Linux knows of. */
    {"futex_wait", SYS_futex, 128 /* FUTEX_WAIT_PRIVATE */},
};

enum call {
#define NUMBER(name, failure) CALL_##name,
    CALLS(NUMBER)
#undef NUMBER
        CALL_malloc,
    CALL_calloc,
    CALL_realloc,
    CALL_syscall,
    CALLS_COUNT
};

static const char *const names[] = {
#define NAME(name, failure) #name,
    CALLS(NAME)
#undef NAME
        "malloc",
    "calloc", "realloc", "syscall"};

typedef long any_function(long, long, long, long, long, long);

static struct {
    _Atomic int state; /* 0 fresh, 1 being read, 2 known */
    bool is_ours;      /* this process is meant */
    int call;          /* -1: none */
    int system_call;   /* row of system_calls, if call is syscall */
    long nth, times;
    const char *what; /* FAULT_DO */
    const char *log;
    uintptr_t from, to; /* the module whose calls count */
    _Atomic long *count;
    any_function *real[CALLS_COUNT];
} inject;

/* Reading the orders. */

static int note_module(struct dl_phdr_info *info, size_t size, void *context)
{
    const char *wanted = context;
    const char *slash = strrchr(info->dlpi_name, '/');
    const char *name = slash ? slash + 1 : info->dlpi_name;

    (void)size;
    if (strncmp(name, wanted, strlen(wanted)) != 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];

        if (header->p_type == PT_LOAD && header->p_flags & PF_X) {
            inject.from = info->dlpi_addr + header->p_vaddr;
            inject.to = inject.from + header->p_memsz;
        }
    }
    return 1;
}

static bool is_millirun(bool as_agent)
{
    char text[PATH_MAX + 16];
    int fd = (int)syscall(SYS_open, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    long length = fd < 0 ? 0 : syscall(SYS_read, fd, text, sizeof text - 1);
    const char *end = text + (length > 0 ? length : 0);
    const char *slash;

    syscall(SYS_close, fd);
    text[length > 0 ? length : 0] = '\0';
    slash = strrchr(text, '/');
    if (strcmp(slash ? slash + 1 : text, "millirun") != 0)
        return false;
    slash = text + strlen(text) + 1;
    return (slash < end && strcmp(slash, "--agent") == 0) == as_agent;
}

static bool is_meant(const char *role)
{
    const char *wanted = getenv("FAULT_HOST");
    const char *own = getenv("MILLIPAGE_HOST");

    if (strcmp(role, "host") != 0)
        return is_millirun(strcmp(role, "agent") == 0) &&
               dl_iterate_phdr(note_module, "");
    return dl_iterate_phdr(note_module, "libmillipage.so") &&
           (!wanted || (own && strcmp(own, wanted) == 0));
}

static void find_call(const char *name)
{
    inject.call = -1;
    for (int i = 0; i < CALLS_COUNT; i++) {
        if (strcmp(name, names[i]) == 0)
            inject.call = i;
    }
    for (size_t i = 0; i < sizeof system_calls / sizeof *system_calls; i++) {
        if (strcmp(name, system_calls[i].name) == 0) {
            inject.call = CALL_syscall;
            inject.system_call = (int)i;
        }
    }
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);

    return text ? strtol(text, NULL, 10) : otherwise;
}

static void read_orders(void)
{
    const char *role = getenv("FAULT_ROLE");
    const char *call = getenv("FAULT_CALL");

    for (int i = 0; i < CALLS_COUNT; i++)
        inject.real[i] = (any_function *)dlsym(RTLD_NEXT, names[i]);
    inject.what = getenv("FAULT_DO");
    if (!role || !call || !inject.what || !is_meant(role))
        return;
    find_call(call);
    inject.nth = number_of("FAULT_NTH", 1);
    inject.times = number_of("FAULT_TIMES", 1);
    inject.log = getenv("FAULT_LOG");
    inject.count = (void *)syscall(SYS_mmap, NULL, sizeof *inject.count,
                                   PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    inject.is_ours = inject.call >= 0 && (void *)inject.count != MAP_FAILED;
}

/* Constructors of the library under test may come before ours. */
static void set_up(void)
{
    int fresh = 0;

    if (!atomic_compare_exchange_strong(&inject.state, &fresh, 1))
        return;
    read_orders();
    atomic_store(&inject.state, 2);
}

__attribute__((constructor)) static void at_load(void)
{
    set_up();
}

/* Failing. */

static void note_reached(void)
{
    static const char line[] = "reached\n";
    int fd;

    if (!inject.log)
        return;
    fd = (int)syscall(SYS_open, inject.log,
                      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    syscall(SYS_write, fd, line, sizeof line - 1);
    syscall(SYS_close, fd);
}

/* Whether this call is one that is to fail. */
static bool is_due(int call, const void *caller)
{
    long count;

    if (!inject.is_ours || call != inject.call ||
        (uintptr_t)caller - inject.from >= inject.to - inject.from)
        return false;
    count = atomic_fetch_add(inject.count, 1) + 1;
    if (count < inject.nth || count - inject.nth >= inject.times)
        return false;
    if (count == inject.nth)
        note_reached();
    if (strcmp(inject.what, "kill") == 0)
        syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    return true;
}

static long fail(enum failure failure)
{
    int error = (int)strtol(inject.what, NULL, 10);

    if (failure == ERROR)
        return error;
    errno = error;
    return failure == ZERO ? 0 : -1;
}

static long pass_one_byte(any_function *real, long fd, long message, long flags)
{
    struct msghdr copy = *(struct msghdr *)message;
    struct iovec one = copy.msg_iov[0];

    if (one.iov_len > 1)
        one.iov_len = 1;
    copy.msg_iov = &one;
    copy.msg_iovlen = 1;
    return real(fd, (long)&copy, flags, 0, 0, 0);
}

/* Event descriptors have no bytes to be cut. */
static bool is_stream(long fd)
{
    char path[32], target[64] = "";

    snprintf(path, sizeof path, "/proc/self/fd/%ld", fd);
    syscall(SYS_readlink, path, target, sizeof target - 1);
    return strncmp(target, "anon_inode:", 11) != 0;
}

static long call_short(int call, long a, long b, long c, long d, long e, long f)
{
    if (call == CALL_sendmsg || call == CALL_recvmsg)
        return pass_one_byte(inject.real[call], a, b, c);
    if (!is_stream(a))
        return inject.real[call](a, b, c, d, e, f);
    return inject.real[call](a, b, c > 1 ? 1 : c, d, e, f);
}

/* The wrappers. */

static long pass(int call, enum failure failure, const void *caller, long a,
                 long b, long c, long d, long e, long f)
{
    set_up();
    while (atomic_load(&inject.state) != 2 && !inject.real[call])
        ;
    if (!is_due(call, caller))
        return inject.real[call](a, b, c, d, e, f);
    if (strcmp(inject.what, "short") == 0)
        return call_short(call, a, b, c, d, e, f);
    /* The descriptor of a close that fails is closed all the same. */
    if (call == CALL_close)
        inject.real[call](a, b, c, d, e, f);
    return fail(failure);
}

#define EXPORTED __attribute__((visibility("default")))

/* Under another name in C, where the headers have prototypes for theirs. */
#define WRAPPER(name, failure)                                                 \
    EXPORTED long wrap_##name(long, long, long, long, long,                    \
                              long) __asm__(#name);                            \
    long wrap_##name(long a, long b, long c, long d, long e, long f)           \
    {                                                                          \
        return pass(CALL_##name, failure, __builtin_return_address(0), a, b,   \
                    c, d, e, f);                                               \
    }
CALLS(WRAPPER)

typedef long syscall_function(long, long, long, long, long, long, long);

EXPORTED long wrap_syscall(long, long, long, long, long, long,
                           long) __asm__("syscall");
long wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    syscall_function *real;

    set_up(); /* which comes here itself, after it has looked the real one up */
    real = (syscall_function *)(void *)inject.real[CALL_syscall];
    if (inject.call == CALL_syscall &&
        number == system_calls[inject.system_call].number &&
        (system_calls[inject.system_call].operation < 0 ||
         system_calls[inject.system_call].operation == b) &&
        is_due(CALL_syscall, __builtin_return_address(0)))
        return fail(MINUS);
    return real(number, a, b, c, d, e, f);
}

/* Memory is asked for while the dynamic linker works, so these never set
 * anything up. */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static bool is_memory_due(int call, const void *caller)
{
    return atomic_load(&inject.state) == 2 && is_due(call, caller);
}

EXPORTED void *malloc(size_t bytes)
{
    if (is_memory_due(CALL_malloc, __builtin_return_address(0)))
        return (void *)fail(ZERO);
    return __libc_malloc(bytes);
}

EXPORTED void *calloc(size_t count, size_t bytes)
{
    if (is_memory_due(CALL_calloc, __builtin_return_address(0)))
        return (void *)fail(ZERO);
    return __libc_calloc(count, bytes);
}

EXPORTED void *realloc(void *old, size_t bytes)
{
    if (atomic_load(&inject.state) != 2)
        return __libc_realloc(old, bytes);
    if (is_due(CALL_realloc, __builtin_return_address(0)))
        return (void *)fail(ZERO);
    /* Perhaps that of libmillipage.so, which knows shared memory. */
    return (void *)inject.real[CALL_realloc]((long)old, (long)bytes, 0, 0, 0,
                                             0);
}
