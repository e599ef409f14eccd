/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * From addresses to connections: each host connects to those of lower number
 * and is connected to by those of higher number.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "net_internal.h"

/* How long a caller that is perhaps a stranger may take to prove itself. */
#define STRANGER_MS 2000

static int listener = -1;

static struct addrinfo *numeric_address(const char *address, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(address, port, &hints, &found);
    if (error)
        mpg__fatal("'%s' is not a numeric address: %s", address,
                   gai_strerror(error));
    return found;
}

void mpg__net_listen(const char *address, struct mpg__net_place *place)
{
    struct addrinfo *where = numeric_address(address, "0");
    listener = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, where->ai_addr, where->ai_addrlen) ||
        listen(listener, SOMAXCONN))
        mpg__fatal("cannot listen at %s: %m", address);
    freeaddrinfo(where);
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (getsockname(listener, (struct sockaddr *)&name, &length))
        mpg__fatal("cannot tell the port that we listen at: %m");
    place->port = ntohs(name.ss_family == AF_INET6
                            ? ((struct sockaddr_in6 *)&name)->sin6_port
                            : ((struct sockaddr_in *)&name)->sin_port);
    snprintf(place->address, sizeof place->address, "%s", address);
}

static void prepare(int fd)
{
    int on = 1;
    /* Requests are small and urgent: never wait to fill a segment. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
        mpg__fatal("cannot set TCP_NODELAY: %m");
}

static int connect_to(const struct mpg__net_place *place, unsigned host,
                      uint64_t deadline_ms)
{
    char port[8];
    snprintf(port, sizeof port, "%u", place->port);
    struct addrinfo *where = numeric_address(place->address, port);
    int fd =
        socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        mpg__fatal("cannot make a socket for host %u: %m", host);
    int error = connect(fd, where->ai_addr, where->ai_addrlen) ? errno : 0;
    freeaddrinfo(where);
    if (error == EINPROGRESS) {
        struct pollfd wait = {fd, POLLOUT, 0};
        uint64_t now = mpg__net_now_ms();
        socklen_t length = sizeof error;
        if (now >= deadline_ms || poll(&wait, 1, (int)(deadline_ms - now)) <= 0)
            error = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
            error = errno;
    }
    if (error)
        mpg__fatal("cannot connect to host %u at %s port %u: %s", host,
                   place->address, (unsigned)place->port, strerror(error));
    prepare(fd);
    return fd;
}

static void connect_to_lower(const struct mpg__net_config *config,
                             const struct mpg__net_place *places,
                             uint64_t deadline_ms)
{
    for (unsigned host = 0; host < config->self; host++) {
        int fd = connect_to(&places[host], host, deadline_ms);
        const char *why = mpg__net_prove(fd, config, host, deadline_ms);
        if (why)
            mpg__fatal("handshake with host %u at %s port %u: %s", host,
                       places[host].address, (unsigned)places[host].port, why);
        mpg__net_adopt(host, fd);
    }
}

static void accept_one(const struct mpg__net_config *config, char *is_here,
                       unsigned *missing)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    prepare(fd);
    unsigned host = 0;
    const char *why =
        mpg__net_check(fd, config, &host, mpg__net_now_ms() + STRANGER_MS);
    if (!why && (host <= config->self || is_here[host]))
        why = "that host is connected already";
    if (why) {
        mpg__warn("refused a connection: %s", why);
        close(fd);
        return;
    }
    is_here[host] = 1;
    --*missing;
    mpg__net_adopt(host, fd);
}

void mpg__net_connect(const struct mpg__net_config *config,
                      const struct mpg__net_place *places)
{
    if (sodium_init() < 0)
        mpg__fatal("libsodium cannot start");
    uint64_t deadline_ms = mpg__net_now_ms() + config->connect_ms;
    mpg__net_open(config);
    connect_to_lower(config, places, deadline_ms);

    static char is_here[MPG_NET_HOSTS_MAX];
    unsigned missing = config->hosts - 1 - config->self;
    while (missing) {
        uint64_t now = mpg__net_now_ms();
        if (now >= deadline_ms) {
            unsigned host = config->self + 1;
            while (is_here[host])
                host++;
            mpg__fatal("host %u did not connect within %llu ms "
                       "(MILLIPAGE_CONNECT_MS)",
                       host, (unsigned long long)config->connect_ms);
        }
        struct pollfd wait = {listener, POLLIN, 0};
        if (poll(&wait, 1, (int)(deadline_ms - now)) > 0)
            accept_one(config, is_here, &missing);
    }
    close(listener);
    listener = -1;
}
