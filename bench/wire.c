/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The yardsticks of the network: what a program of sockets alone can do
 * between two processes, which are those that are measured, on the same
 * processors.
 *
 * There are two connections.  One is served by whoever calls; the other by a
 * thread of the second that sleeps in epoll, which is the best that can be had
 * of a process whose program computes.  There is that thread only meanwhile: a
 * program that has one can run while its first waits, and Millipage has to mind
 * that (runtime/engine/alone.c).
 */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define REQUEST_BYTES 64
#define REPLY_MAX     (1 << 16)
#define STREAM_PART   (1 << 16)

struct request {
    uint64_t reply_bytes; /* 0: no more round trips */
    char rest[REQUEST_BYTES - sizeof(uint64_t)];
};

static enum { NOBODY, FIRST, SECOND } role;
static int listener = -1;
static int polled = -1, slept = -1; /* the two connections */
static pthread_t server;            /* of the second */
static char buffer[REPLY_MAX];

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* Polls until all bytes are there. */
static void receive_all(int fd, void *to, size_t bytes)
{
    for (size_t got = 0; got < bytes;) {
        ssize_t some = recv(fd, (char *)to + got, bytes - got, MSG_DONTWAIT);
        if (some > 0)
            got += (size_t)some;
        else if (some == 0 || (errno != EAGAIN && errno != EINTR))
            give_up("mpgbench: recv");
    }
}

/* Polls, too, until there is room: who sleeps is slow to wake. */
static void send_all(int fd, const void *from, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t some = send(fd, (const char *)from + sent, bytes - sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (some < 0 && errno != EINTR && errno != EAGAIN)
            give_up("mpgbench: send");
        sent += some > 0 ? (size_t)some : 0;
    }
}

static void *serve_asleep(void *unused)
{
    (void)unused;
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    struct request request = {.reply_bytes = 1};
    epoll_ctl(epoll, EPOLL_CTL_ADD, slept, &event);
    while (request.reply_bytes) {
        static char reply[REPLY_MAX];
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue;
        ssize_t got = recv(slept, &request, sizeof request, MSG_WAITALL);
        if (got != (ssize_t)sizeof request)
            break; /* The first is gone. */
        send_all(slept, reply, request.reply_bytes);
    }
    close(epoll);
    return NULL;
}

void wire_serve_begin(enum peer peer)
{
    if (peer == PEER_COMPUTES && role == SECOND &&
        pthread_create(&server, NULL, serve_asleep, NULL))
        give_up("mpgbench: thread");
}

void wire_serve_end(enum peer peer)
{
    static const struct request end = {0};
    if (peer != PEER_COMPUTES)
        return;
    if (role == FIRST)
        send_all(slept, &end, sizeof end);
    else if (role == SECOND)
        pthread_join(server, NULL);
}

static void machine_name(char *text, size_t bytes)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file || !fgets(text, (int)bytes, file))
        gethostname(text, bytes);
    if (file)
        fclose(file);
}

/* Of this machine, as others see it. */
static struct in_addr outer_address(void)
{
    struct in_addr found = {htonl(INADDR_LOOPBACK)};
    struct ifaddrs *all;
    if (getifaddrs(&all))
        return found;
    for (struct ifaddrs *each = all; each; each = each->ifa_next) {
        struct sockaddr_in at;
        if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET)
            continue;
        memcpy(&at, each->ifa_addr, sizeof at);
        if (ntohl(at.sin_addr.s_addr) >> 24 != 127)
            found = at.sin_addr;
    }
    freeifaddrs(all);
    return found;
}

void wire_listen(struct wire_place *place)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) ||
        listen(listener, 2) ||
        getsockname(listener, (struct sockaddr *)&at, &length))
        give_up("mpgbench: listen");
    at.sin_addr = outer_address();
    place->at = at;
    machine_name(place->machine, sizeof place->machine);
}

static void at_once(int fd)
{
    int one = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        give_up("mpgbench: TCP_NODELAY");
}

static int call(const struct wire_place *place)
{
    struct sockaddr_in at = place->at;
    char here[64] = "";
    machine_name(here, sizeof here);
    if (!strcmp(place->machine, here))
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        give_up("mpgbench: connect");
    at_once(fd);
    return fd;
}

void wire_call(const struct wire_place *place)
{
    polled = call(place);
    slept = call(place);
    role = FIRST;
}

static int answer(void)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        give_up("mpgbench: accept");
    at_once(fd);
    return fd;
}

void wire_answer(void)
{
    polled = answer();
    slept = answer();
    close(listener);
    role = SECOND;
}

static void ask(int fd, size_t bytes, int count, struct samples *samples)
{
    struct request request = {.reply_bytes = bytes};
    for (int i = 0; i < count; i++) {
        double start = now_us();
        send_all(fd, &request, sizeof request);
        receive_all(fd, buffer, bytes);
        samples_add(samples, now_us() - start);
    }
}

static void serve_polling(void)
{
    struct request request;
    for (;;) {
        receive_all(polled, &request, sizeof request);
        if (!request.reply_bytes)
            return;
        send_all(polled, buffer, request.reply_bytes);
    }
}

/* Two that poll on one processor wait for the scheduler, not for each other,
 * so while they do, each has one to itself where there are two. */
static void take_core(cpu_set_t *before)
{
    cpu_set_t own;
    int first = -1, last = -1;
    if (sched_getaffinity(0, sizeof *before, before))
        CPU_ZERO(before);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, before)) {
            first = first < 0 ? cpu : first;
            last = cpu;
        }
    if (first == last)
        return;
    CPU_ZERO(&own);
    CPU_SET(role == FIRST ? first : last, &own);
    (void)sched_setaffinity(0, sizeof own, &own);
}

static void give_back(const cpu_set_t *before)
{
    if (CPU_COUNT(before) > 1)
        (void)sched_setaffinity(0, sizeof *before, before);
}

void wire_both(void (*first)(void *), void *context)
{
    static const struct request end = {0};
    cpu_set_t before;
    if (role == NOBODY)
        return;
    take_core(&before);
    if (role == FIRST) {
        first(context);
        send_all(polled, &end, sizeof end);
    } else if (role == SECOND) {
        serve_polling();
    }
    give_back(&before);
}

struct trips {
    size_t bytes;
    int count;
    struct samples *samples;
};

static void ask_polled(void *context)
{
    const struct trips *trips = context;
    ask(polled, trips->bytes, trips->count, trips->samples);
}

void wire_round_trips(enum peer peer, size_t bytes, int count,
                      struct samples *samples)
{
    struct trips trips = {bytes, count, samples};
    if (peer == PEER_COMPUTES)
        ask(slept, bytes, count, samples);
    else
        wire_both(ask_polled, &trips);
}

void wire_fetch(enum peer peer, void *to, size_t bytes,
                void (*meanwhile)(void *), void *context)
{
    struct request request = {.reply_bytes = bytes};
    int fd = peer == PEER_COMPUTES ? slept : polled;
    send_all(fd, &request, sizeof request);
    meanwhile(context);
    receive_all(fd, to, bytes);
}

double wire_stream(size_t from, size_t bytes)
{
    static char array[WIRE_ARRAY];
    char go = 0;
    if (from + bytes > sizeof array)
        give_up("mpgbench: a longer stream than there is an array for");
    if (role == FIRST) {
        double start = now_us();
        send_all(polled, &go, 1);
        for (size_t at = from; at < from + bytes; at += STREAM_PART)
            receive_all(polled, array + at, STREAM_PART);
        return now_us() - start;
    }
    if (role != SECOND)
        return 0;
    memset(array + from, 1, bytes);
    receive_all(polled, &go, 1);
    for (size_t at = from; at < from + bytes; at += STREAM_PART)
        send_all(polled, array + at, STREAM_PART);
    return 0;
}
