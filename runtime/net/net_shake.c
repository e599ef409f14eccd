/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The handshake through a socket, as far as its bytes have come.
 */
#include <errno.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "net_internal.h"

void mpg__net_nonce(uint8_t *nonce)
{
    size_t got = 0;
    while (got < MPG_NET_NONCE_BYTES) {
        ssize_t some = getrandom(nonce + got, MPG_NET_NONCE_BYTES - got, 0);
        if (some > 0)
            got += (size_t)some;
        else if (errno != EINTR)
            mpg__fatal("the kernel has no random bytes (getrandom): %m");
    }
}

bool mpg__net_shake_send(struct mpg__shake *shake, int fd)
{
    /* A handshake is far smaller than any socket's buffer. */
    ssize_t sent;
    do
        sent =
            send(fd, shake->out, shake->out_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)shake->out_bytes;
}

enum mpg__shake_result mpg__net_shake_step(struct mpg__shake *shake, int fd,
                                           bool *is_closed)
{
    *is_closed = false;
    for (;;) {
        while (shake->got < shake->want) {
            /* Never more than is wanted: what follows is the connection's. */
            ssize_t some = recv(fd, shake->in + shake->got,
                                shake->want - shake->got, MSG_DONTWAIT);
            if (some > 0) {
                shake->got += (size_t)some;
            } else if (some < 0 && errno == EINTR) {
                continue;
            } else if (some < 0 && errno == EAGAIN) {
                return MPG_SHAKE_GOES_ON;
            } else {
                shake->why = "it closed the connection during the handshake";
                *is_closed = true;
                return MPG_SHAKE_REFUSED;
            }
        }
        enum mpg__shake_result result = mpg__shake_take(shake);
        if (result != MPG_SHAKE_GOES_ON)
            return result;
        if (!mpg__net_shake_send(shake, fd)) {
            shake->why = "it closed the connection during the handshake";
            *is_closed = true;
            return MPG_SHAKE_REFUSED;
        }
    }
}
