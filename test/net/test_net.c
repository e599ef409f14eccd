/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The network layer alone, between two processes: messages of every size arrive
 * once, in order and whole, whoever calls whom, plain and sealed.  Then with a
 * relay between the two, who reads along and can turn a bit over: sealed, he
 * reads nothing, and what he has changed is never delivered.
 *
 * The only connection is watched by itself: what comes there does not show in
 * the epoll, except while its socket is full.
 *
 * A quiet message makes no descriptor readable unless somebody sleeps for what
 * comes; all others do, however small what is left of them.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "net/net.h"
#include "net/net_internal.h"
#include "relay.h"

enum { ROUNDS = 16, BURST = 70, FLIPS = 40, TURNS = 40, LARGEST = 1 << 20 };
/* Heads, one more than the 64 KiB of them that a look receives at once. */
enum { MANY = 2049 };

#define NOTHING SIZE_MAX

static const uint32_t sizes[] = {0,    1,    31,    32,    33,    255,    256,
                                 257,  4095, 4096,  16383, 16384, 16385,  40000,
                                 4096, 0,    65536, 1,     12,    LARGEST};
enum { SIZES = sizeof sizes / sizeof *sizes, MESSAGES = ROUNDS * SIZES };

enum { WELL = 0, SAID_LOST = 3, SAID_WRONG = 4 }; /* statuses of a host */

static const uint8_t secret[32] = "of this test";
static struct mpg__net_place places[2];
static struct mpg__net_config config;
/* Payloads are in their places before anybody is told: more places than those
 * that may be taken meanwhile. */
enum { PLACES = 64 };
static char outgoing[LARGEST], incoming[PLACES][LARGEST];
static uint32_t placed_for[PLACES]; /* minipages */
static unsigned placed, placed_arrived;
static bool is_disturbed;
static unsigned arrived;
static bool is_last; /* the other host has everything */
static unsigned quiet, urgent;

static void fill(void)
{
    for (size_t i = 0; i < sizeof outgoing; i++)
        outgoing[i] = RELAY_MARK[i % (sizeof RELAY_MARK - 1)];
}

static void *place(const struct mpg__message *message, const char **why)
{
    if (message->bytes > LARGEST)
        *why = "too large for this test";
    /* Whether there is a place is known when what is for the same minipage has
     * been delivered. */
    for (unsigned i = placed_arrived; i < placed; i++)
        CHECK(placed_for[i % PLACES] != message->slot);
    placed_for[placed % PLACES] = message->slot;
    return *why ? NULL : incoming[placed++ % PLACES];
}

/* Every other place wants its bytes from `store`. */
static bool is_hole(const char *to, size_t bytes)
{
    size_t at = (size_t)(to - incoming[0]);
    CHECK(at < sizeof incoming && bytes > 0);
    return at / LARGEST % 2;
}

static void store(char *to, const struct iovec *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        CHECK(is_hole(to, parts[i].iov_len));
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
}

static void deliver_one(const struct mpg__message *message)
{
    if (message->kind == MPG_MESSAGE_DONE) {
        is_last = true;
        return;
    }
    CHECK(message->kind != MPG_MESSAGE_PAD);
    quiet += message->kind == MPG_MESSAGE_BARRIER_ARRIVE;
    urgent += message->kind == MPG_MESSAGE_LOCK_REQUEST;
    if (message->kind != MPG_MESSAGE_COPY)
        return;
    CHECK_EQ(message->arg, arrived);
    CHECK_EQ(message->bytes, sizes[arrived % SIZES]);
    arrived++;
    if (!message->bytes)
        return;
    CHECK_LE(placed - placed_arrived, PLACES);
    char *bytes = incoming[placed_arrived++ % PLACES];
    CHECK(!memcmp(bytes, outgoing, message->bytes));
    memset(bytes, 0, message->bytes);
}

static void deliver(const struct mpg__message *messages, unsigned count,
                    const void *payload)
{
    CHECK(!payload); /* All have their places. */
    for (unsigned i = 0; i < count; i++)
        deliver_one(&messages[i]);
}

static void lost(unsigned host, const char *how)
{
    if (!is_disturbed)
        fprintf(stderr, "host %u: lost host %u: %s\n", config.self, host, how);
    _exit(SAID_LOST);
}

static unsigned sent;

static void send_next(void)
{
    unsigned i = sent++;
    struct mpg__message message = {.kind = MPG_MESSAGE_COPY,
                                   .from = (uint16_t)config.self,
                                   .slot = i / 2,
                                   .bytes = sizes[i % SIZES],
                                   .arg = i};
    mpg__net_send(1 - config.self, &message, message.bytes ? outgoing : NULL);
}

static void send_all(void)
{
    while (sent < MESSAGES) {
        send_next();
        if (sent % 3)
            mpg__net_flush(); /* Alone, or several together. */
    }
    mpg__net_flush();
}

/* In the place of the C library's: while the kernel is at it, others go on
 * sending, more than the queue has room for.  What it reads from stays. */
static bool is_calm;

static void burst(void)
{
    for (unsigned i = 0; i < BURST && sent < MESSAGES && !is_calm; i++)
        send_next();
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    burst();
    return syscall(SYS_sendmsg, fd, message, flags);
}

/* What is sent under the connection's lock is not a place for more. */
ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
    bool is_handshake = !mpg__net_count();
    if (!is_handshake && !config.encrypt)
        burst();
    return syscall(SYS_sendto, fd, bytes, count, flags, NULL, 0);
}

/* Both send all they have; each says when it has everything, and leaves when
 * the other does. */
static _Noreturn void be_host(unsigned self, bool calls_first)
{
    struct mpg__message done = {.kind = MPG_MESSAGE_DONE,
                                .from = (uint16_t)self};
    bool has_sent = false, has_said = false;
    config.self = self;
    alarm(60);
    fill();
    mpg__net_start(&config);
    while (!is_last || !has_said) {
        if (!has_sent && (calls_first || arrived))
            send_all();
        has_sent |= calls_first || arrived;
        mpg__net_poll(has_said && !is_last ? -1 : 100);
        if (arrived == MESSAGES && !has_said) {
            mpg__net_send(1 - self, &done, NULL);
            mpg__net_flush();
            has_said = true;
        }
    }
    mpg__net_bye();
    CHECK_EQ(mpg__net_count(), 1);
    exit(WELL);
}

/* Sleeps as the server thread does, in both descriptors; true when it was the
 * connection's that woke it, and that alone.  (The timer is in the other.) */
static bool sleep_in_both(void)
{
    struct pollfd both[] = {{mpg__net_only_fd(), POLLIN, 0},
                            {mpg__net_fd(), POLLIN, 0}};
    CHECK_GT(poll(both, 2, -1), 0);
    return both[0].revents && !both[1].revents;
}

/* Host 0 sends until its socket takes no more; only then does host 1 read. */
static int is_full[2]; /* a pipe */

static void fill_and_drain(void)
{
    struct mpg__message done = {.kind = MPG_MESSAGE_DONE};
    char byte = 0;
    if (config.self == 1) {
        CHECK_EQ(read(is_full[0], &byte, 1), 1);
        while (!is_last)
            mpg__net_poll(-1);
        return;
    }
    while (mpg__net_only_fd() >= 0) {
        CHECK_LT(sent, MESSAGES);
        send_next();
        mpg__net_flush();
    }
    CHECK_EQ(write(is_full[1], &byte, 1), 1);
    while (mpg__net_only_fd() < 0)
        mpg__net_poll(-1);
    mpg__net_send(1, &done, NULL);
    mpg__net_flush();
}

/* They send to each other in turns. */
static _Noreturn void be_watcher(unsigned self)
{
    unsigned alone = 0;
    is_calm = true;
    config.self = self;
    alarm(60);
    fill();
    mpg__net_start(&config);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        if (self == turn % 2) {
            send_next();
            mpg__net_flush();
            continue;
        }
        while (arrived <= turn / 2) {
            alone += sleep_in_both();
            mpg__net_poll(0);
        }
    }
    CHECK_GE(alone, TURNS / 2 - 3);
    fill_and_drain();
    mpg__net_bye();
    exit(WELL);
}

/* As if so many bytes were all that is there, in this look; 0: all are. */
static size_t most_now;

ssize_t recv(int fd, void *bytes, size_t count, int flags)
{
    size_t most = most_now && most_now < count ? most_now : count;
    if (most_now == NOTHING) {
        errno = EAGAIN;
        return -1;
    }
    if (most_now)
        most_now = NOTHING;
    return syscall(SYS_recvfrom, fd, bytes, most, flags, NULL, NULL);
}

static void say(enum mpg__message_kind kind, unsigned times)
{
    struct mpg__message message = {.kind = (uint8_t)kind,
                                   .from = (uint16_t)config.self};
    for (unsigned i = 0; i < times; i++)
        mpg__net_send(1 - config.self, &message, NULL);
    mpg__net_flush();
}

static bool is_readable(void)
{
    struct pollfd one = {mpg__net_only_fd(), POLLIN, 0};
    CHECK_GE(poll(&one, 1, 0), 0);
    return one.revents != 0;
}

/* Until so many bytes are in the socket. */
static void await_bytes(int bytes)
{
    int here = 0;
    while (here < bytes && !ioctl(mpg__net_only_fd(), FIONREAD, &here))
        ;
    CHECK_EQ(here, bytes);
}

/* Has the other host go on. */
static void next(void)
{
    say(MPG_MESSAGE_DONE, 1);
}

static void await_next(void)
{
    while (!is_last)
        mpg__net_poll(0);
    is_last = false;
}

/* Host 1's side: what it hears of. */
static void listen_to_quiet(void)
{
    const int head = sizeof(struct mpg__message);
    while (!quiet) /* Both are in a job, and quiet messages have begun. */
        mpg__net_poll(-1);

    next();
    await_bytes(head);
    CHECK(!is_readable());
    CHECK_EQ(mpg__net_look(), 1); /* Who looks sees it. */
    CHECK_EQ(quiet, 2);

    next();
    await_bytes(head);
    mpg__net_sleeps(); /* Another thread of this host: it is told. */
    CHECK(is_readable());
    mpg__net_wakes();
    CHECK(!is_readable());

    next();
    await_bytes(3 * head); /* It is padded. */
    CHECK(is_readable());
    CHECK_GT(mpg__net_look(), 0);
    CHECK_EQ(quiet, 3);
    CHECK_EQ(urgent, 1);

    next();
    await_bytes(head); /* Who sleeps in here is told, too. */
    CHECK_EQ(mpg__net_poll(-1), 1);
    CHECK_EQ(quiet, 4);

    next();
    await_bytes(2 * head);
    most_now = (size_t)(2 * head - 4); /* The pad is in its middle. */
    CHECK_EQ(mpg__net_look(), 1);
    CHECK_EQ(urgent, 2);
    most_now = 0;
    CHECK(is_readable());
    CHECK_EQ(mpg__net_look(), 1);
    CHECK(!is_readable());

    next();
    await_bytes(MANY * head); /* More than are taken in one look: a head. */
    CHECK_EQ(mpg__net_look(), MANY - 1);
    CHECK(is_readable());
    CHECK_EQ(mpg__net_look(), 1);
    CHECK_EQ(urgent, 2 + MANY);
    CHECK(!is_readable());
    next();
}

/* Host 0's. */
static void talk_quietly(void)
{
    say(MPG_MESSAGE_BARRIER_ARRIVE, 1);
    await_next();
    say(MPG_MESSAGE_BARRIER_ARRIVE, 1);
    await_next();
    say(MPG_MESSAGE_BARRIER_ARRIVE, 1);
    await_next();
    say(MPG_MESSAGE_LOCK_REQUEST, 1);
    await_next();
    say(MPG_MESSAGE_BARRIER_ARRIVE, 1);
    await_next();
    say(MPG_MESSAGE_LOCK_REQUEST, 1);
    await_next();
    say(MPG_MESSAGE_LOCK_REQUEST, MANY);
    await_next();
}

static _Noreturn void be_quiet(unsigned self)
{
    is_calm = true;
    config.self = self;
    alarm(60);
    mpg__net_start(&config);
    if (self)
        listen_to_quiet();
    else
        talk_quietly();
    mpg__net_bye();
    exit(check_report() ? SAID_WRONG : WELL);
}

/* Who sends first, or what they do instead. */
enum part { ONE, BOTH, WATCH, QUIET };

/* Starts both hosts, in processes of their own.  Listening before forking, each
 * knows where the other is. */
static void start(enum part part, const struct relay *relay, pid_t *hosts)
{
    struct mpg__net_place real;
    int ports[2];
    for (unsigned host = 0; host < 2; host++) {
        if (pipe(ports))
            abort();
        hosts[host] = fork();
        if (hosts[host] == 0) {
            config.self = host;
            mpg__net_listen("127.0.0.1", &places[host]);
            if (write(ports[1], &places[host], sizeof real) != sizeof real)
                abort();
            /* Its peer's place comes when both listen. */
            raise(SIGSTOP);
            if (read(ports[0], places, sizeof places) != sizeof places)
                abort();
            if (part == WATCH)
                be_watcher(host);
            if (part == QUIET)
                be_quiet(host);
            be_host(host, part == BOTH || host == 1);
        }
        if (read(ports[0], &places[host], sizeof real) != sizeof real)
            abort();
        waitpid(hosts[host], NULL, WUNTRACED);
        /* The pipe stays for the second message. */
        if (dup2(ports[1], 100 + (int)host) < 0)
            abort();
        close(ports[0]);
        close(ports[1]);
    }
    real = places[0];
    if (relay)
        places[0].port = relay_port(relay, real.port);
    for (unsigned host = 0; host < 2; host++) {
        if (write(100 + (int)host, places, sizeof places) != sizeof places)
            abort();
        close(100 + (int)host);
        kill(hosts[host], SIGCONT);
    }
}

static int status_of(pid_t pid)
{
    int status;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void undisturbed(bool encrypt, enum part part)
{
    pid_t hosts[2];
    config.encrypt = encrypt;
    if (pipe(is_full))
        abort();
    start(part, NULL, hosts);
    CHECK_EQ(status_of(hosts[0]), WELL);
    CHECK_EQ(status_of(hosts[1]), WELL);
    close(is_full[0]);
    close(is_full[1]);
}

/* With somebody between the two; how often the mark passed him. */
static unsigned long relayed(bool encrypt, long flip_at, int expected)
{
    pid_t hosts[2];
    struct relay relay;
    config.encrypt = encrypt;
    is_disturbed = flip_at != RELAY_NEVER;
    relay_open(&relay, flip_at);
    start(ONE, &relay, hosts);
    int status = status_of(hosts[0]) | status_of(hosts[1]);
    CHECK_EQ(status, expected);
    return relay_close(&relay);
}

int main(void)
{
    config = (struct mpg__net_config){.hosts = 2,
                                      .places = places,
                                      .secret = secret,
                                      .alike = "alike",
                                      .alike_bytes = 5,
                                      .connect_ms = 20000,
                                      .lost_ms = 20000,
                                      .place = place,
                                      .is_hole = is_hole,
                                      .store = store,
                                      .deliver = deliver,
                                      .lost = lost};
    fill();
    for (int encrypt = 0; encrypt < 2; encrypt++)
        for (enum part part = ONE; part <= WATCH; part++)
            undisturbed(encrypt, part);
    undisturbed(false, QUIET);
    CHECK_GT(relayed(false, RELAY_NEVER, WELL), 1000);
    CHECK_EQ(relayed(true, RELAY_NEVER, WELL), 0);
    for (long i = 0; i < FLIPS; i++)
        relayed(true, 200 + i * 997, SAID_LOST);
    return check_report();
}
