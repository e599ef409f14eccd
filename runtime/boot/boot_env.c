/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The host's side of include/millipage/boot.h: frames on the socket whose
 * number the launcher left in the environment.
 */
#include "boot/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fatal.h"

static struct {
    int fd; /* of the launcher, -1 without one */
    int hosts;
    char *cards; /* the last CARDS, which callers hold pointers into */
} boot = {.fd = -1};

/* Whether the call is to be made again.  A launcher may have left the socket
 * non-blocking; then it has to be waited for.  Async-signal-safe. */
static int is_passing(short events)
{
    struct pollfd wait = {boot.fd, events, 0};

    if (errno == EINTR)
        return 1;
    if (errno != EAGAIN)
        return 0;
    poll(&wait, 1, -1);
    return 1;
}

/* For an error that is not the launcher's end: it may still print this. */
static _Noreturn void lose_launcher(void)
{
    mpg__fatal("lost the launcher: %m");
}

/* All of it, or the launcher is gone.  A host has nothing to do then: data of
 * its neighbours is vanishing too, and nobody would see what it prints. */
static void read_all(void *bytes, size_t count)
{
    char *at = bytes;

    while (count) {
        ssize_t got = read(boot.fd, at, count);

        if (got < 0 && is_passing(POLLIN))
            continue;
        if (got <= 0 && !boot.hosts)
            mpg__fatal(MPG_BOOT_FD_NAME "=%d: no launcher speaks there (%s); "
                                        "start the program with millirun, or "
                                        "unset the variable",
                       boot.fd, got < 0 ? strerrordesc_np(errno) : "its end");
        if (got < 0)
            lose_launcher();
        if (got == 0)
            _exit(MPG_BOOT_ABORT_STATUS);
        at += got;
        count -= (size_t)got;
    }
}

/* Head and body leave in one sendmsg, so that an ABORT of another thread, or
 * of a signal handler, cannot get between them: the socket takes small
 * messages whole. */
static int write_frame(enum mpg_boot_kind kind, const void *body, size_t bytes)
{
    struct mpg_boot_head head = {kind, (uint32_t)bytes};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)body, bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    while (message.msg_iovlen) {
        ssize_t put = sendmsg(boot.fd, &message, MSG_NOSIGNAL);

        if (put < 0 && is_passing(POLLOUT))
            continue;
        if (put < 0)
            return -1;
        while (message.msg_iovlen && (size_t)put >= message.msg_iov->iov_len) {
            put -= (ssize_t)message.msg_iov->iov_len;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + put;
            message.msg_iov->iov_len -= (size_t)put;
        }
    }
    return 0;
}

/* Async-signal-safe, as mpg__fatal_channel must be. */
static int say_abort(const char *line, size_t bytes)
{
    return write_frame(MPG_BOOT_ABORT, line, bytes) == 0;
}

static uint32_t read_head(enum mpg_boot_kind kind)
{
    struct mpg_boot_head head;

    read_all(&head, sizeof head);
    if (head.kind != (uint32_t)kind || head.length > MPG_BOOT_LENGTH_MAX)
        mpg__fatal("the launcher sent a frame of kind %u and %u bytes where "
                   "one of kind %u was due",
                   head.kind, head.length, (unsigned)kind);
    return head.length;
}

static void read_welcome(struct mpg__boot_self *self)
{
    struct mpg_boot_welcome welcome;
    uint32_t length = read_head(MPG_BOOT_WELCOME);

    if (length != sizeof welcome)
        mpg__fatal("the launcher's welcome has %u bytes instead of %zu: is "
                   "millirun of the same version as the library?",
                   length, sizeof welcome);
    read_all(&welcome, sizeof welcome);
    if (welcome.version != MPG_BOOT_VERSION)
        mpg__fatal("the launcher speaks version %u, this library %d: use the "
                   "millirun that belongs to the library",
                   welcome.version, MPG_BOOT_VERSION);
    if (welcome.hosts == 0 || welcome.hosts > MPG_BOOT_HOSTS_MAX ||
        welcome.host >= welcome.hosts ||
        welcome.local_index >= welcome.local_hosts ||
        welcome.local_hosts > welcome.hosts ||
        !memchr(welcome.address, '\0', sizeof welcome.address))
        mpg__fatal("the launcher's welcome makes no sense: host %u of %u, "
                   "%u of %u on this machine",
                   welcome.host, welcome.hosts, welcome.local_index,
                   welcome.local_hosts);
    self->host = (int)welcome.host;
    self->hosts = (int)welcome.hosts;
    self->local_hosts = (int)welcome.local_hosts;
    self->local_index = (int)welcome.local_index;
    memcpy(self->secret, welcome.secret, sizeof self->secret);
    memcpy(self->address, welcome.address, sizeof self->address);
    explicit_bzero(&welcome, sizeof welcome);
}

static void open_alone(struct mpg__boot_self *self)
{
    *self = (struct mpg__boot_self){
        .hosts = 1, .local_hosts = 1, .address = "127.0.0.1"};
    if (getrandom(self->secret, sizeof self->secret, 0) !=
        (ssize_t)sizeof self->secret)
        mpg__fatal("cannot get %zu random bytes: %m", sizeof self->secret);
}

static int parse_fd(const char *text)
{
    char *end;
    long fd;

    errno = 0;
    fd = strtol(text, &end, 10);
    if (errno || end == text || *end || fd < 0 || fd > 1 << 20 ||
        fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
        mpg__fatal("%s=%s is not an open socket; start the program with "
                   "millirun, or unset the variable",
                   MPG_BOOT_FD_NAME, text);
    return (int)fd;
}

void mpg__boot_open(struct mpg__boot_self *self)
{
    const char *text = getenv(MPG_BOOT_FD_NAME);

    if (text) {
        boot.fd = parse_fd(text);
        /* What this program starts is no host of the job. */
        unsetenv(MPG_BOOT_FD_NAME);
        mpg__fatal_channel = say_abort;
        read_welcome(self);
    } else {
        open_alone(self);
    }
    boot.hosts = self->hosts;
    mpg__fatal_host = self->host;
}

/* Points cards[h] and lengths[h] into the CARDS body, which is checked whole:
 * it must hold exactly one card per host. */
static void split_cards(char *body, size_t bytes, const void **cards,
                        uint32_t *lengths)
{
    size_t at = 0;

    for (int h = 0; h < boot.hosts; h++) {
        uint32_t length;

        if (bytes - at < sizeof length)
            mpg__fatal("the launcher's cards end before that of host %d", h);
        memcpy(&length, body + at, sizeof length);
        at += sizeof length;
        if (bytes - at < length)
            mpg__fatal("the launcher's card of host %d is cut short", h);
        cards[h] = body + at;
        lengths[h] = length;
        at += length;
    }
    if (at != bytes)
        mpg__fatal("the launcher sent %zu bytes more than the cards of %d "
                   "hosts",
                   bytes - at, boot.hosts);
}

static char *new_cards(size_t bytes)
{
    free(boot.cards);
    boot.cards = malloc(bytes + 1); /* never malloc(0), which may be NULL */
    if (!boot.cards)
        mpg__fatal("no memory for %zu bytes of cards", bytes);
    return boot.cards;
}

void mpg__boot_exchange(const void *card, uint32_t bytes, const void **cards,
                        uint32_t *lengths)
{
    uint32_t length;

    mpg_assert(bytes <= MPG_BOOT_CARD_MAX);
    mpg_assert(boot.hosts > 0);
    if (boot.fd < 0) {
        cards[0] = memcpy(new_cards(bytes), card, bytes);
        lengths[0] = bytes;
        return;
    }
    if (write_frame(MPG_BOOT_CARD, card, bytes) < 0)
        lose_launcher();
    length = read_head(MPG_BOOT_CARDS);
    read_all(new_cards(length), length);
    split_cards(boot.cards, length, cards, lengths);
}

void mpg__boot_stats(const char *text, size_t bytes)
{
    if (boot.fd >= 0 && write_frame(MPG_BOOT_STATS, text, bytes) < 0)
        lose_launcher();
}

void mpg__boot_account(const char *text, size_t bytes)
{
    if (boot.fd >= 0 && write_frame(MPG_BOOT_ACCOUNT, text, bytes) < 0)
        lose_launcher();
}

int mpg__boot_fd(void)
{
    return boot.fd;
}
