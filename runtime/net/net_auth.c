/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The handshake: both ends prove that they know the job's secret, before
 * anything that they say is believed.
 *
 *   connecting                      accepting
 *   HELLO  magic, version, who I
 *          am, whom I mean, nonce c ->
 *                                   <- ANSWER nonce s, MAC("answer", c, s, ...)
 *   PROOF  MAC("proof", c, s, ...)  ->
 *
 * The MAC (libsodium's crypto_auth, HMAC-SHA512-256) covers both nonces, both
 * hosts and the direction, so a recorded handshake is of no use to anybody.
 */
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net_internal.h"

#define NONCE_BYTES 32
#define MAGIC       "MPG-net1"

struct hello {
    char magic[8];
    uint32_t from;
    uint32_t to;
    uint8_t nonce[NONCE_BYTES];
};

struct answer {
    uint8_t nonce[NONCE_BYTES];
    uint8_t mac[crypto_auth_BYTES];
};

uint64_t mpg__net_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const char *wait_for(int fd, short events, uint64_t deadline_ms)
{
    for (;;) {
        uint64_t now = mpg__net_now_ms();
        if (now >= deadline_ms)
            return "no answer in time";
        struct pollfd wait = {fd, events, 0};
        int ready = poll(&wait, 1, (int)(deadline_ms - now));
        if (ready > 0)
            return NULL;
        if (ready < 0 && errno != EINTR)
            return strerror(errno);
    }
}

static const char *receive(int fd, void *bytes, size_t count,
                           uint64_t deadline_ms)
{
    for (size_t got = 0; got < count;) {
        ssize_t some = recv(fd, (char *)bytes + got, count - got, MSG_DONTWAIT);
        if (some > 0) {
            got += (size_t)some;
        } else if (some == 0) {
            return "the connection was closed during the handshake "
                   "(does the peer have another secret?)";
        } else if (errno == EAGAIN || errno == EINTR) {
            const char *why = wait_for(fd, POLLIN, deadline_ms);
            if (why)
                return why;
        } else {
            return strerror(errno);
        }
    }
    return NULL;
}

static const char *transmit(int fd, const void *bytes, size_t count)
{
    /* A handshake is far smaller than any socket buffer. */
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    return sent == (ssize_t)count ? NULL : strerror(sent < 0 ? errno : EIO);
}

static void make_mac(uint8_t *mac, const char *direction,
                     const struct hello *hello, const uint8_t *nonce,
                     const uint8_t *secret)
{
    struct {
        char direction[8];
        struct hello hello;
        uint8_t nonce[NONCE_BYTES];
    } text;
    memset(&text, 0, sizeof text);
    strncpy(text.direction, direction, sizeof text.direction - 1);
    text.hello = *hello;
    memcpy(text.nonce, nonce, NONCE_BYTES);
    crypto_auth(mac, (const unsigned char *)&text, sizeof text, secret);
}

const char *mpg__net_prove(int fd, const struct mpg__net_config *config,
                           unsigned peer, uint64_t deadline_ms)
{
    struct hello hello = {.from = config->self, .to = peer};
    memcpy(hello.magic, MAGIC, sizeof hello.magic);
    randombytes_buf(hello.nonce, NONCE_BYTES);
    const char *why = transmit(fd, &hello, sizeof hello);
    struct answer answer;
    if (!why)
        why = receive(fd, &answer, sizeof answer, deadline_ms);
    if (why)
        return why;
    uint8_t mac[crypto_auth_BYTES];
    make_mac(mac, "answer", &hello, answer.nonce, config->secret);
    if (sodium_memcmp(mac, answer.mac, sizeof mac))
        return "the peer does not know the job's secret";
    make_mac(mac, "proof", &hello, answer.nonce, config->secret);
    return transmit(fd, mac, sizeof mac);
}

const char *mpg__net_check(int fd, const struct mpg__net_config *config,
                           unsigned *peer, uint64_t deadline_ms)
{
    struct hello hello;
    const char *why = receive(fd, &hello, sizeof hello, deadline_ms);
    if (why)
        return why;
    if (memcmp(hello.magic, MAGIC, sizeof hello.magic))
        return "it does not speak our protocol";
    if (hello.to != config->self || hello.from >= config->hosts)
        return "it means another host or job";
    struct answer answer;
    randombytes_buf(answer.nonce, NONCE_BYTES);
    make_mac(answer.mac, "answer", &hello, answer.nonce, config->secret);
    why = transmit(fd, &answer, sizeof answer);
    uint8_t proof[crypto_auth_BYTES], mac[crypto_auth_BYTES];
    if (!why)
        why = receive(fd, proof, sizeof proof, deadline_ms);
    if (why)
        return why;
    make_mac(mac, "proof", &hello, answer.nonce, config->secret);
    if (sodium_memcmp(mac, proof, sizeof mac))
        return "it does not know the job's secret";
    *peer = hello.from;
    return NULL;
}
