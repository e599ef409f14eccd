/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Sealed connections (MILLIPAGE_ENCRYPT): libsodium's secretstream in each
 * direction, with keys of this connection alone.
 *
 *   | 24 bytes: header | record | record | ...
 *   record:  sealed bytes, 17 more than were put in
 *
 * The head of a message is one record; its payload follows in records of at
 * most RECORD bytes.  So both ends know how long each record is, and there is
 * no length that anybody could forge.  A record is opened straight to where
 * its bytes belong, and only after its authenticity is established.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "net_internal.h"

#define RECORD  16384u
#define MORE    crypto_secretstream_xchacha20poly1305_ABYTES
#define HEADER  crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define MESSAGE crypto_secretstream_xchacha20poly1305_TAG_MESSAGE

struct mpg__seal {
    crypto_secretstream_xchacha20poly1305_state sending, receiving;
    uint8_t key[MPG_NET_KEY_BYTES]; /* of receiving, until the header is here */
    bool has_header;
    size_t out_bytes, out_sent, in_got;
    uint8_t out[RECORD + MORE]; /* at first the header */
    uint8_t in[RECORD + MORE];
};

struct mpg__seal *mpg__seal_new(const struct mpg__shake *shake)
{
    uint8_t key[MPG_NET_KEY_BYTES];
    struct mpg__seal *seal = mpg__net_memory(sizeof *seal);
    mpg__shake_keys(shake, key, seal->key);
    crypto_secretstream_xchacha20poly1305_init_push(&seal->sending, seal->out,
                                                    key);
    sodium_memzero(key, sizeof key);
    seal->out_bytes = HEADER;
    return seal;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Seals the next part of the message in front; false when nothing waits. */
static bool seal_next(struct mpg__connection *c)
{
    struct mpg__seal *seal = c->seal;
    if (!c->queue_count)
        return false;
    struct mpg__outgoing *out = &c->queue[c->queue_first];
    const char *payload = out->payload ? out->payload : out->small;
    const void *from = &out->head;
    size_t bytes = sizeof out->head;
    if (out->sent) {
        size_t at = out->sent - sizeof out->head;
        from = payload + at;
        bytes = least(out->head.bytes - at, RECORD);
    }
    crypto_secretstream_xchacha20poly1305_push(&seal->sending, seal->out, NULL,
                                               from, bytes, NULL, 0, MESSAGE);
    seal->out_bytes = bytes + MORE;
    seal->out_sent = 0;
    out->sent += bytes;
    return true;
}

/* The record that is out has left; is it the last of its message? */
static void finish_record(struct mpg__connection *c)
{
    c->seal->out_bytes = c->seal->out_sent = 0;
    if (!c->queue_count)
        return;
    const struct mpg__outgoing *out = &c->queue[c->queue_first];
    if (out->sent == sizeof out->head + out->head.bytes) {
        c->queue_first = (c->queue_first + 1) % c->queue_size;
        c->queue_count--;
    }
}

bool mpg__seal_send(struct mpg__connection *c)
{
    struct mpg__seal *seal = c->seal;
    for (;;) {
        while (seal->out_sent < seal->out_bytes) {
            ssize_t some = send(c->fd, seal->out + seal->out_sent,
                                seal->out_bytes - seal->out_sent,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
            if (some < 0 && errno == EINTR)
                continue;
            if (some < 0) {
                if (errno != EAGAIN)
                    mpg__net_break(c);
                return false;
            }
            seal->out_sent += (size_t)some;
        }
        if (seal->out_bytes)
            finish_record(c);
        if (!seal_next(c))
            return true;
    }
}

/* Fills in[] up to `bytes`: 1, or what recv said. */
static long fill(struct mpg__connection *c, size_t bytes)
{
    struct mpg__seal *seal = c->seal;
    while (seal->in_got < bytes) {
        ssize_t some = recv(c->fd, seal->in + seal->in_got,
                            bytes - seal->in_got, MSG_DONTWAIT);
        if (some <= 0)
            return some;
        seal->in_got += (size_t)some;
    }
    seal->in_got = 0;
    return 1;
}

static long read_header(struct mpg__connection *c)
{
    struct mpg__seal *seal = c->seal;
    long result = fill(c, HEADER);
    if (result <= 0)
        return result;
    crypto_secretstream_xchacha20poly1305_init_pull(&seal->receiving, seal->in,
                                                    seal->key);
    sodium_memzero(seal->key, sizeof seal->key);
    seal->has_header = true;
    return 1;
}

long mpg__seal_receive(struct mpg__connection *c, char *to, size_t want)
{
    struct mpg__seal *seal = c->seal;
    size_t bytes = least(want, RECORD);
    long result = seal->has_header ? 1 : read_header(c);
    if (result > 0)
        result = fill(c, bytes + MORE);
    if (result <= 0)
        return result;
    unsigned char tag;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &seal->receiving, (unsigned char *)to, NULL, &tag, seal->in,
            bytes + MORE, NULL, 0)) {
        errno = EBADMSG;
        return -1;
    }
    return (long)bytes;
}
