/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int commands[2], reports[2]; /* pipes to and from the relay */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Both ends of everything, with what was read last, so that a mark across two
 * reads is seen. */
struct way {
    int from, to;
    long passed, flip_at;
    char tail[sizeof RELAY_MARK];
    size_t tail_bytes;
    bool is_open;
};

static unsigned long count_marks(struct way *way, const char *bytes,
                                 size_t count)
{
    static char text[65536 + sizeof RELAY_MARK];
    const size_t mark = sizeof RELAY_MARK - 1;
    unsigned long found = 0;
    memcpy(text, way->tail, way->tail_bytes);
    memcpy(text + way->tail_bytes, bytes, count);
    size_t length = way->tail_bytes + count;
    const char *at = text;
    while ((at = memmem(at, (size_t)(text + length - at), RELAY_MARK, mark))) {
        found++;
        at += mark;
    }
    way->tail_bytes = length < mark - 1 ? length : mark - 1;
    memcpy(way->tail, text + length - way->tail_bytes, way->tail_bytes);
    return found;
}

/* Passes on what is here; the marks in it. */
static unsigned long pass(struct way *way)
{
    static char bytes[65536];
    ssize_t got = recv(way->from, bytes, sizeof bytes, 0);
    if (got <= 0) {
        shutdown(way->to, SHUT_WR);
        way->is_open = false;
        return 0;
    }
    if (way->flip_at >= way->passed && way->flip_at < way->passed + got)
        bytes[way->flip_at - way->passed] ^= 4;
    way->passed += got;
    for (ssize_t put = 0; put < got;) {
        ssize_t some =
            send(way->to, bytes + put, (size_t)(got - put), MSG_NOSIGNAL);
        if (some <= 0) {
            way->is_open = false;
            break;
        }
        put += some;
    }
    return count_marks(way, bytes, (size_t)got);
}

static _Noreturn void run(const struct relay *relay)
{
    uint16_t port;
    if (read(commands[0], &port, sizeof port) != sizeof port)
        _exit(1);
    int caller = accept(relay->listener, NULL, NULL);
    int callee = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = loopback(port);
    if (caller < 0 || connect(callee, (struct sockaddr *)&to, sizeof to))
        _exit(1);
    struct way ways[2] = {
        {caller, callee, .flip_at = relay->flip_at, .is_open = true},
        {callee, caller, .flip_at = RELAY_NEVER, .is_open = true}};
    unsigned long marks = 0;
    while (ways[0].is_open || ways[1].is_open) {
        struct pollfd polls[2];
        for (int i = 0; i < 2; i++)
            polls[i] =
                (struct pollfd){ways[i].is_open ? ways[i].from : -1, POLLIN, 0};
        poll(polls, 2, -1);
        for (int i = 0; i < 2; i++)
            if (polls[i].revents)
                marks += pass(&ways[i]);
    }
    _exit(write(reports[1], &marks, sizeof marks) != sizeof marks);
}

void relay_open(struct relay *relay, long flip_at)
{
    struct sockaddr_in here = loopback(0);
    relay->flip_at = flip_at;
    relay->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(relay->listener, (struct sockaddr *)&here, sizeof here) ||
        listen(relay->listener, 1) || pipe(commands) || pipe(reports))
        abort();
    relay->pid = fork();
    if (relay->pid == 0)
        run(relay);
}

uint16_t relay_port(const struct relay *relay, uint16_t port)
{
    struct sockaddr_in here;
    socklen_t bytes = sizeof here;
    if (write(commands[1], &port, sizeof port) != sizeof port ||
        getsockname(relay->listener, (struct sockaddr *)&here, &bytes))
        abort();
    return ntohs(here.sin_port);
}

unsigned long relay_close(struct relay *relay)
{
    unsigned long marks = 0;
    if (read(reports[0], &marks, sizeof marks) != sizeof marks)
        abort();
    waitpid(relay->pid, NULL, 0);
    close(relay->listener);
    for (int i = 0; i < 2; i++) {
        close(commands[i]);
        close(reports[i]);
    }
    return marks;
}
