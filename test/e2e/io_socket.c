/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Socket calls on shared buffers that another host owns.
 */
#include <sys/socket.h>

#include "spmd.h"

enum { BYTES = 4096 + 500 };

static char *buffer;

static void own(int value)
{
    mpg_barrier();
    if (mpg_host() == 0)
        memset(buffer, value, BYTES);
    mpg_barrier();
}

static void out(int from, int to, int call)
{
    char got[BYTES];
    own('a' + call);
    if (mpg_host() == mpg_hosts() - 1) {
        struct iovec part = {buffer, BYTES};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t sent = call == 0   ? send(from, buffer, BYTES, 0)
                       : call == 1 ? sendto(from, buffer, BYTES, 0, NULL, 0)
                                   : sendmsg(from, &message, 0);
        CHECK_EQ(sent, BYTES);
        CHECK_EQ(recv(to, got, BYTES, 0), BYTES);
        CHECK(!memcmp(got, buffer, BYTES));
    }
}

static void in(int from, int to, int call)
{
    char there[BYTES];
    memset(there, 'p' + call, BYTES);
    own('-');
    if (mpg_host() == mpg_hosts() - 1) {
        struct iovec part = {buffer, BYTES};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        CHECK_EQ(send(from, there, BYTES, 0), BYTES);
        ssize_t got = call == 0   ? recv(to, buffer, BYTES, 0)
                      : call == 1 ? recvfrom(to, buffer, BYTES, 0, NULL, NULL)
                                  : recvmsg(to, &message, 0);
        CHECK_EQ(got, BYTES);
    }
    mpg_barrier();
    for (int i = 0; i < BYTES; i++)
        CHECK_EQ(buffer[i], 'p' + call);
}

int main(void)
{
    int pair[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    buffer = spmd_pages(BYTES);
    for (int call = 0; call < 3; call++) {
        out(pair[0], pair[1], call);
        in(pair[0], pair[1], call);
    }
    return spmd_report();
}
