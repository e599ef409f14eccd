/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The handshake of a connection: both ends prove that they know the job's
 * secret before anything that they say is believed.  Bytes in, bytes out: no
 * socket, no clock, no randomness of its own, so that a test or a fuzzer can
 * drive it.
 *
 *   calling                            answering
 *   HELLO    who I am, whom I mean,
 *            what I run, nonce c    ->
 *                                   <- ANSWER   nonce s, MAC("answer")
 *   PROOF    MAC("proof")           ->
 *                                   <- VERDICT  open or crossed, its MAC
 *
 * Every MAC (libsodium's crypto_auth, HMAC-SHA512-256) covers the HELLO, both
 * nonces and which message it is, so a recorded handshake is of no use to
 * anybody, and neither is one end's message sent back to it.
 *
 * Two hosts may call each other at the same time.  Both handshakes then run to
 * the VERDICT, and the host of the lower number says that its own call is the
 * one that counts: to the other's it answers CROSSED.
 */
#ifndef MPG_NET_HANDSHAKE_H
#define MPG_NET_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPG_NET_SECRET_BYTES 32
#define MPG_NET_NONCE_BYTES  32
#define MPG_NET_BUILD_BYTES  16
#define MPG_NET_MAC_BYTES    32
#define MPG_NET_KEY_BYTES    32

struct mpg__net_hello {
    char magic[8];
    uint32_t from;
    uint32_t to;
    uint8_t build[MPG_NET_BUILD_BYTES];
    uint8_t nonce[MPG_NET_NONCE_BYTES];
};

struct mpg__net_answer {
    uint8_t nonce[MPG_NET_NONCE_BYTES];
    uint8_t mac[MPG_NET_MAC_BYTES];
};

struct mpg__net_verdict {
    uint32_t is_open; /* or crossed */
    uint8_t mac[MPG_NET_MAC_BYTES];
};

#define MPG_SHAKE_BYTES_MAX 64 /* of one message */

/* One end. */
struct mpg__net_party {
    unsigned self, hosts;
    const uint8_t *secret; /* MPG_NET_SECRET_BYTES */
    const uint8_t *build;  /* MPG_NET_BUILD_BYTES, alike on all hosts */
};

enum mpg__shake_result {
    MPG_SHAKE_GOES_ON, /* send out[], then wait for `want` bytes more */
    MPG_SHAKE_PROVEN,  /* answering: the caller is `peer`; decide */
    MPG_SHAKE_OPEN,    /* calling: the connection is open */
    MPG_SHAKE_CROSSED, /* calling: the peer's own call will be the one */
    MPG_SHAKE_REFUSED, /* `why` says what is wrong with the other end */
};

struct mpg__shake {
    const struct mpg__net_party *party;
    unsigned peer;
    bool is_caller;
    const char *why;
    struct mpg__net_hello hello;
    struct mpg__net_answer answer;
    uint8_t out[MPG_SHAKE_BYTES_MAX]; /* to be sent */
    size_t out_bytes;
    uint8_t in[MPG_SHAKE_BYTES_MAX]; /* the message that is expected */
    size_t got, want;
};

/* Begins a call to `peer`: out[] is the HELLO.  `nonce` must be random. */
void mpg__shake_call(struct mpg__shake *, const struct mpg__net_party *,
                     unsigned peer, const uint8_t *nonce);

/* Begins to listen to a caller who may be anybody.  `nonce` must be random. */
void mpg__shake_listen(struct mpg__shake *, const struct mpg__net_party *,
                       const uint8_t *nonce);

/* The message that was expected is in in[].  Pre: got == want. */
enum mpg__shake_result mpg__shake_take(struct mpg__shake *);

/* After PROVEN: out[] is the VERDICT. */
void mpg__shake_decide(struct mpg__shake *, bool is_open);

/* The keys of this connection, one a direction.  After OPEN or PROVEN. */
void mpg__shake_keys(const struct mpg__shake *, uint8_t *send_key,
                     uint8_t *receive_key);

#endif
