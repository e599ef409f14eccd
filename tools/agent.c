/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The agent: a relay with one rule of its own, that no host outlives it or
 * the launcher.  The end of its input means that the launcher is gone.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job_text.h"
#include "orphans.h"
#include "say.h"
#include "spawn.h"
#include "wire.h"

enum {
    GRACE_MS = 1000,        /* between SIGTERM and SIGKILL */
    UP_BYTES_MAX = 8 << 20, /* to the launcher; then hosts have to wait */
};

struct host {
    struct spawned process;
    struct queue boot;  /* to the host */
    struct queue input; /* to the host */
    int input_ends;     /* when the queue is empty */
    uint32_t credit[2]; /* bytes of output, errors that may be sent */
    int is_running;
};

static struct {
    struct host *hosts;
    uint32_t first; /* the number of hosts[0] in the job */
    uint32_t count;
    struct inbox in;
    struct queue out;
    struct signals before;
    int signals;
    int signals_error; /* errno, when there is no descriptor of signals */
    int64_t kill_at;   /* when patience ends; 0: nobody was asked to end */
} agent;

static int *output_of(struct host *host, int stream)
{
    return stream ? &host->process.errors : &host->process.output;
}

/* In the job. */
static uint32_t number_of(const struct host *host)
{
    return agent.first + (uint32_t)(host - agent.hosts);
}

static void send_up(enum wire_kind kind, const struct host *host,
                    const void *body, size_t length)
{
    wire_put(&agent.out, kind, number_of(host), body, length);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void signal_hosts(int number)
{
    for (uint32_t i = 0; i < agent.count; i++) {
        if (agent.hosts[i].is_running)
            kill(-agent.hosts[i].process.pid, number);
    }
}

static _Noreturn void leave(void)
{
    signal_hosts(SIGKILL);
    orphans_end();
    exit(EXIT_SUCCESS);
}

/* The end, for a reason of our own: "cannot ...".  It may be that there is no
 * memory, so nothing is queued. */
static _Noreturn void give_up(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static _Noreturn void give_up(const char *format, ...)
{
    struct {
        struct wire_head head;
        char text[512];
    } frame = {.head = {WIRE_BROKEN, agent.first, 0}};
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(frame.text, sizeof frame.text, format, arguments);
    va_end(arguments);
    frame.head.length = (uint32_t)strlen(frame.text);
    signal_hosts(SIGKILL);
    /* Now it may take as long as the launcher takes to read it. */
    fcntl(STDOUT_FILENO, F_SETFL, 0);
    if (length > 0 &&
        queue_flush(&agent.out, STDOUT_FILENO, WIRE_PIECE, 0) == 0 &&
        write(STDOUT_FILENO, &frame, sizeof frame.head + frame.head.length) < 0)
        leave();
    orphans_end();
    exit(EXIT_FAILURE);
}

static void give_up_memory(void)
{
    give_up("is out of memory");
}

/* From the launcher. */

/* The rest of the job is not started; the launcher ends what is. */
static void say_failed(const struct host *host, int error, const char *what)
{
    size_t length = strlen(what);
    char *body = xrealloc(NULL, sizeof(uint32_t) + length);
    uint32_t number = (uint32_t)error;

    memcpy(body, &number, sizeof number);
    memcpy(body + sizeof number, what, length);
    send_up(WIRE_FAILED, host, body, sizeof number + length);
    free(body);
}

static void start_hosts(const struct wire_frame *frame)
{
    struct job_text job;

    if (agent.hosts || job_text_get(frame, &job) < 0)
        leave();
    agent.first = frame->host;
    agent.hosts = xrealloc(NULL, job.hosts * sizeof *agent.hosts);
    memset(agent.hosts, 0, job.hosts * sizeof *agent.hosts);
    if (agent.signals < 0) {
        say_failed(agent.hosts, agent.signals_error, "signalfd");
        return;
    }
    for (char **variable = job.variables; *variable; variable++)
        putenv(*variable);
    if (chdir(job.directory) < 0) {
        say_failed(agent.hosts, errno, job.directory);
        return;
    }
    for (uint32_t i = 0; i < job.hosts; i++) {
        struct host *host = &agent.hosts[i];
        const char *what;
        int error = spawn_host(job.arguments, agent.first + i, &agent.before,
                               &host->process, &what);

        if (error) {
            say_failed(host, error, what);
            return;
        }
        host->is_running = 1;
        host->credit[0] = host->credit[1] = WIRE_WINDOW;
        agent.count = i + 1;
    }
}

static uint32_t read_number(const struct wire_frame *frame, size_t index)
{
    uint32_t number;

    if (frame->length < (index + 1) * sizeof number)
        leave();
    memcpy(&number, frame->body + index * sizeof number, sizeof number);
    return number;
}

static void end_hosts(int number)
{
    signal_hosts(number);
    if (!agent.kill_at)
        agent.kill_at = now_ms() + GRACE_MS;
}

static void deliver_boot(const struct wire_frame *frame)
{
    struct chunk *chunk = chunk_new(frame->length);

    memcpy(chunk->bytes, frame->body, frame->length);
    for (uint32_t i = 0; i < agent.count; i++) {
        struct host *host = &agent.hosts[i];

        if (host->process.boot >= 0 &&
            (frame->host == WIRE_ALL || frame->host == agent.first + i))
            queue_add(&host->boot, chunk);
    }
    chunk_release(chunk);
}

static void deliver(const struct wire_frame *frame)
{
    struct host *host;

    switch (frame->kind) {
    case WIRE_JOB:
        start_hosts(frame);
        return;
    case WIRE_END:
        end_hosts((int)read_number(frame, 0));
        return;
    case WIRE_BOOT:
        deliver_boot(frame);
        return;
    default:
        break;
    }
    if (frame->host - agent.first >= agent.count)
        return; /* it could not be started */
    host = &agent.hosts[frame->host - agent.first];
    if (frame->kind == WIRE_INPUT) {
        queue_add_bytes(&host->input, frame->body, frame->length);
        host->input_ends |= frame->length == 0;
    } else if (frame->kind == WIRE_TAKEN) {
        host->credit[read_number(frame, 0) == WIRE_ERRORS] +=
            read_number(frame, 1);
    }
}

static void read_launcher(void)
{
    struct wire_frame frame;
    long got = inbox_read(&agent.in, STDIN_FILENO);
    int more;

    if (got == 0)
        leave();
    if (got == -2)
        give_up("cannot read from millirun: %s", strerror(errno));
    while ((more = wire_next(&agent.in, &frame)) > 0)
        deliver(&frame);
    if (more < 0)
        leave();
}

/* From and to the hosts. */

static void relay_boot(struct host *host)
{
    static char bytes[16384];
    ssize_t got;

    while (host->process.boot >= 0 &&
           (got = read(host->process.boot, bytes, sizeof bytes)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got < 0 && errno == ECONNRESET)
            break; /* it has ended and left something unread */
        if (got < 0)
            give_up("cannot read from host %u: %s", number_of(host),
                    strerror(errno));
        send_up(WIRE_BOOT, host, bytes, (size_t)got);
    }
    close_fd(&host->process.boot);
    queue_clear(&host->boot);
}

/* One piece at most, so that a host that prints without pause does not keep
 * us from the others. */
static void relay_output(struct host *host, int stream)
{
    enum wire_kind kind = stream ? WIRE_ERRORS : WIRE_OUTPUT;
    static char bytes[WIRE_PIECE];
    uint32_t room = host->credit[stream];
    int *fd = output_of(host, stream);
    ssize_t got = read(*fd, bytes, room < sizeof bytes ? room : sizeof bytes);

    if (got > 0) {
        send_up(kind, host, bytes, (size_t)got);
        host->credit[stream] -= (uint32_t)got;
        return;
    }
    if (got < 0 && errno == EINTR)
        return;
    if (got < 0 && errno != EAGAIN)
        give_up("cannot read the output of host %u: %s", number_of(host),
                strerror(errno));
    /* A process that the host left behind may keep the pipe open; what the
     * host itself had to say is complete. */
    if (got < 0 && host->is_running)
        return;
    send_up(kind, host, NULL, 0);
    close_fd(fd);
}

static void relay_input(struct host *host)
{
    size_t before = host->input.bytes;
    int is_open =
        queue_flush(&host->input, host->process.input, WIRE_PIECE, 0) == 0;

    if (!is_open) {
        queue_clear(&host->input);
        close_fd(&host->process.input);
    } else if (host->input_ends && !host->input.first) {
        close_fd(&host->process.input);
    }
    if (before > host->input.bytes) {
        uint32_t taken[2] = {WIRE_INPUT,
                             (uint32_t)(before - host->input.bytes)};

        send_up(WIRE_TAKEN, host, taken, sizeof taken);
    }
}

/* The boot frames of a host come before the news of its end, so that an ABORT
 * explains it.  Output may wait for a slow reader, the news may not. */
static void bury(struct host *host)
{
    uint32_t status;
    int wait_status;

    /* The group is ended while the unreaped leader still holds its number. */
    kill(-host->process.pid, SIGKILL);
    if (waitpid(host->process.pid, &wait_status, 0) < 0)
        return;
    host->is_running = 0;
    relay_boot(host);
    close_fd(&host->process.boot);
    close_fd(&host->process.input);
    status = (uint32_t)wait_status;
    send_up(WIRE_EXIT, host, &status, sizeof status);
}

static struct host *find_host(pid_t pid)
{
    for (uint32_t i = 0; i < agent.count; i++) {
        struct host *host = &agent.hosts[i];

        if (host->is_running && host->process.pid == pid)
            return host;
    }
    return NULL;
}

static void bury_dead(void)
{
    for (;;) {
        siginfo_t info = {0};
        struct host *host;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
            errno == EINTR)
            continue;
        if (info.si_pid == 0)
            return;
        host = find_host(info.si_pid);
        if (host)
            bury(host);
        else
            waitpid(info.si_pid, NULL, 0); /* an orphan */
    }
}

static void read_signals(void)
{
    struct signalfd_siginfo info;

    while (read(agent.signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            bury_dead();
        else if (info.ssi_signo == SIGTERM)
            leave();
        /* An interrupt from the terminal is for the launcher to act on. */
    }
}

/* The loop. */

enum { AT_IN, AT_OUT, AT_SIGNALS, AT_HOSTS, PER_HOST = 4 };

static struct pollfd watch(int fd, short events)
{
    /* A negative number is not polled. */
    return (struct pollfd){.fd = events ? fd : -1, .events = events};
}

static nfds_t fill_polls(struct pollfd *polls)
{
    int may_read = agent.out.bytes < UP_BYTES_MAX;
    nfds_t count = AT_HOSTS;

    polls[AT_IN] = watch(STDIN_FILENO, POLLIN);
    polls[AT_OUT] = watch(STDOUT_FILENO, agent.out.first ? POLLOUT : 0);
    polls[AT_SIGNALS] = watch(agent.signals, POLLIN);
    for (uint32_t i = 0; i < agent.count; i++) {
        struct host *host = &agent.hosts[i];

        polls[count++] = watch(host->process.boot,
                               (short)((may_read ? POLLIN : 0) |
                                       (host->boot.first ? POLLOUT : 0)));
        polls[count++] =
            watch(host->process.input,
                  host->input.first || host->input_ends ? POLLOUT : 0);
        for (int s = 0; s < 2; s++)
            polls[count++] = watch(*output_of(host, s),
                                   may_read && host->credit[s] ? POLLIN : 0);
    }
    return count;
}

static void flush_boot(struct host *host)
{
    if (queue_flush(&host->boot, host->process.boot, WIRE_PIECE, 0) == 0)
        return;
    if (errno != EPIPE && errno != ECONNRESET)
        give_up("cannot write to host %u: %s", number_of(host),
                strerror(errno));
    queue_clear(&host->boot);
}

static void serve_host(struct host *host, const struct pollfd *polls)
{
    if (polls[0].revents & POLLOUT)
        flush_boot(host);
    if (polls[0].revents & (POLLIN | POLLHUP | POLLERR))
        relay_boot(host);
    if (polls[1].revents && host->process.input >= 0)
        relay_input(host);
    for (int s = 0; s < 2; s++) {
        int is_over = !host->is_running && host->credit[s];

        if ((polls[2 + s].revents || is_over) && *output_of(host, s) >= 0)
            relay_output(host, s);
    }
}

static int patience_ms(void)
{
    int64_t left;

    for (uint32_t i = 0; i < agent.count; i++) {
        struct host *host = &agent.hosts[i];

        for (int s = 0; s < 2; s++) {
            if (!host->is_running && host->credit[s] &&
                *output_of(host, s) >= 0)
                return 0; /* its pipes are read to their ends */
        }
    }
    if (!agent.kill_at)
        return -1;
    left = agent.kill_at - now_ms();
    return left > 0 ? (int)left : 0;
}

/* First of all, at once and by no queue: whatever fails from here on can be
 * told. */
static void greet(void)
{
    static const char magic[] = WIRE_MAGIC;
    size_t put = 0;

    while (put < sizeof magic - 1) {
        ssize_t some =
            write(STDOUT_FILENO, magic + put, sizeof magic - 1 - put);

        if (some < 0 && errno != EINTR && errno != EAGAIN)
            exit(EXIT_FAILURE); /* which is all that can be told */
        put += some > 0 ? (size_t)some : 0;
    }
}

static void open_agent(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    agent.signals = signals_open(&set, &agent.before);
    agent.signals_error = errno;
    greet();
    say_out_of_memory = give_up_memory;
    orphans_adopt();
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
}

int agent_main(void)
{
    struct pollfd *polls = NULL;

    if (isatty(STDIN_FILENO))
        die("--agent is what millirun starts on other machines; it is not for "
            "terminals");
    open_agent();
    for (;;) {
        nfds_t count;

        polls = xrealloc(polls,
                         (AT_HOSTS + PER_HOST * agent.count) * sizeof *polls);
        count = fill_polls(polls);
        /* It takes no more entries than a process may have descriptors. */
        if (poll(polls, count, patience_ms()) < 0 && errno == EINVAL)
            give_up("cannot watch %zu descriptors at once%s", (size_t)count,
                    spawn_advice(EMFILE));
        if (agent.kill_at && now_ms() >= agent.kill_at) {
            signal_hosts(SIGKILL);
            agent.kill_at = now_ms() + GRACE_MS;
        }
        /* Hosts first: reading the launcher may start more of them. */
        for (nfds_t at = AT_HOSTS; at < count; at += PER_HOST)
            serve_host(&agent.hosts[(at - AT_HOSTS) / PER_HOST], &polls[at]);
        read_signals();
        if (polls[AT_IN].revents)
            read_launcher();
        if (queue_flush(&agent.out, STDOUT_FILENO, WIRE_PIECE, 0) < 0) {
            if (errno == EPIPE)
                leave();
            give_up("cannot write to millirun: %s", strerror(errno));
        }
    }
}
