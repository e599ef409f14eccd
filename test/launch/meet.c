/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "meet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"

static int listen_at(const char *text, int hosts, struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &address->sin_addr) != 1)
        mpg__fatal("'%s' is no address", text);
    if (bind(fd, (struct sockaddr *)address, length) < 0 ||
        listen(fd, hosts) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &length) < 0)
        mpg__fatal("cannot listen at %s: %m", text);
    return fd;
}

static void show_secret(const struct sockaddr_in *address, int host,
                        const uint8_t *secret)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ||
        write(fd, secret, MPG_BOOT_SECRET_BYTES) != MPG_BOOT_SECRET_BYTES)
        mpg__fatal("cannot reach host %d: %m", host);
    close(fd);
}

static void hear_secret(int listener, const uint8_t *secret)
{
    uint8_t heard[MPG_BOOT_SECRET_BYTES];
    int fd = accept(listener, NULL, NULL);

    if (recv(fd, heard, sizeof heard, MSG_WAITALL) != (ssize_t)sizeof heard ||
        memcmp(heard, secret, sizeof heard) != 0)
        mpg__fatal("a neighbour does not know the secret");
    close(fd);
}

void meet(const struct mpg__boot_self *self)
{
    const void *cards[MPG_BOOT_HOSTS_MAX];
    uint32_t lengths[MPG_BOOT_HOSTS_MAX];
    struct sockaddr_in address;
    int listener = listen_at(self->address, self->hosts, &address);

    mpg__boot_exchange(&address, sizeof address, cards, lengths);
    for (int h = 0; h < self->hosts; h++) {
        struct sockaddr_in other;

        if (h == self->host)
            continue;
        memcpy(&other, cards[h], sizeof other);
        show_secret(&other, h, self->secret);
    }
    for (int h = 0; h < self->hosts - 1; h++)
        hear_secret(listener, self->secret);
    close(listener);
}
