/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The two state machines of handshake.h.  What is expected next tells where an
 * end is: no two messages that the same end may wait for have one length.
 */
#include "handshake.h"

#include <sodium.h>
#include <string.h>

#define MAGIC "MPG-net2"

_Static_assert(crypto_auth_BYTES == MPG_NET_MAC_BYTES, "as in handshake.h");
_Static_assert(crypto_auth_KEYBYTES == MPG_NET_SECRET_BYTES, "likewise");
_Static_assert(sizeof(struct mpg__net_hello) <= MPG_SHAKE_BYTES_MAX, "");
_Static_assert(sizeof(struct mpg__net_answer) <= MPG_SHAKE_BYTES_MAX, "");
_Static_assert(sizeof(struct mpg__net_hello) != MPG_NET_MAC_BYTES, "");
_Static_assert(sizeof(struct mpg__net_answer) !=
                   sizeof(struct mpg__net_verdict),
               "");

/* What a MAC is about: which message, what it says, and all before it. */
struct transcript {
    char label[8];
    uint32_t is_open;
    struct mpg__net_hello hello;
    uint8_t answer_nonce[MPG_NET_NONCE_BYTES];
};

static struct transcript transcript(const struct mpg__shake *shake,
                                    const char *label, uint32_t is_open)
{
    struct transcript text;
    memset(&text, 0, sizeof text); /* padding too */
    memcpy(text.label, label, strlen(label));
    text.is_open = is_open;
    text.hello = shake->hello;
    memcpy(text.answer_nonce, shake->answer.nonce, MPG_NET_NONCE_BYTES);
    return text;
}

static void make_mac(uint8_t *mac, const struct mpg__shake *shake,
                     const char *label, uint32_t is_open)
{
    struct transcript text = transcript(shake, label, is_open);
    crypto_auth(mac, (const unsigned char *)&text, sizeof text,
                shake->party->secret);
}

static bool is_mac(const uint8_t *mac, const struct mpg__shake *shake,
                   const char *label, uint32_t is_open)
{
    uint8_t right[MPG_NET_MAC_BYTES];
    make_mac(right, shake, label, is_open);
    return sodium_memcmp(mac, right, sizeof right) == 0;
}

static enum mpg__shake_result refuse(struct mpg__shake *shake, const char *why)
{
    shake->why = why;
    shake->want = shake->got = 0;
    return MPG_SHAKE_REFUSED;
}

static enum mpg__shake_result go_on(struct mpg__shake *shake, const void *out,
                                    size_t bytes, size_t want)
{
    memcpy(shake->out, out, bytes);
    shake->out_bytes = bytes;
    shake->got = 0;
    shake->want = want;
    return MPG_SHAKE_GOES_ON;
}

void mpg__shake_call(struct mpg__shake *shake,
                     const struct mpg__net_party *party, unsigned peer,
                     const uint8_t *nonce)
{
    struct mpg__net_hello *hello = &shake->hello;
    memset(shake, 0, sizeof *shake);
    shake->party = party;
    shake->peer = peer;
    shake->is_caller = true;
    memcpy(hello->magic, MAGIC, sizeof hello->magic);
    hello->from = party->self;
    hello->to = peer;
    memcpy(hello->build, party->build, sizeof hello->build);
    memcpy(hello->nonce, nonce, sizeof hello->nonce);
    go_on(shake, hello, sizeof *hello, sizeof shake->answer);
}

void mpg__shake_listen(struct mpg__shake *shake,
                       const struct mpg__net_party *party, const uint8_t *nonce)
{
    memset(shake, 0, sizeof *shake);
    shake->party = party;
    memcpy(shake->answer.nonce, nonce, sizeof shake->answer.nonce);
    shake->want = sizeof shake->hello;
}

static enum mpg__shake_result take_hello(struct mpg__shake *shake)
{
    const struct mpg__net_party *party = shake->party;
    struct mpg__net_hello *hello = &shake->hello;
    memcpy(hello, shake->in, sizeof *hello);
    if (memcmp(hello->magic, MAGIC, sizeof hello->magic) != 0)
        return refuse(shake, "it does not speak our protocol");
    if (hello->to != party->self || hello->from >= party->hosts ||
        hello->from == party->self)
        return refuse(shake, "it means another host or job");
    if (memcmp(hello->build, party->build, sizeof hello->build) != 0)
        return refuse(shake, "it runs another program, library or options");
    make_mac(shake->answer.mac, shake, "answer", 0);
    return go_on(shake, &shake->answer, sizeof shake->answer,
                 MPG_NET_MAC_BYTES);
}

static enum mpg__shake_result take_proof(struct mpg__shake *shake)
{
    if (!is_mac(shake->in, shake, "proof", 0))
        return refuse(shake, "it does not know the job's secret");
    shake->peer = shake->hello.from;
    shake->want = shake->got = 0;
    return MPG_SHAKE_PROVEN;
}

static enum mpg__shake_result take_answer(struct mpg__shake *shake)
{
    uint8_t proof[MPG_NET_MAC_BYTES];
    memcpy(&shake->answer, shake->in, sizeof shake->answer);
    if (!is_mac(shake->answer.mac, shake, "answer", 0))
        return refuse(shake, "it does not know the job's secret");
    make_mac(proof, shake, "proof", 0);
    return go_on(shake, proof, sizeof proof, sizeof(struct mpg__net_verdict));
}

static enum mpg__shake_result take_verdict(struct mpg__shake *shake)
{
    struct mpg__net_verdict verdict;
    memcpy(&verdict, shake->in, sizeof verdict);
    if (!is_mac(verdict.mac, shake, "verdict", verdict.is_open))
        return refuse(shake, "it does not know the job's secret");
    shake->want = shake->got = 0;
    return verdict.is_open ? MPG_SHAKE_OPEN : MPG_SHAKE_CROSSED;
}

enum mpg__shake_result mpg__shake_take(struct mpg__shake *shake)
{
    shake->out_bytes = 0;
    if (!shake->is_caller)
        return shake->want == sizeof shake->hello ? take_hello(shake)
                                                  : take_proof(shake);
    return shake->want == sizeof shake->answer ? take_answer(shake)
                                               : take_verdict(shake);
}

void mpg__shake_decide(struct mpg__shake *shake, bool is_open)
{
    struct mpg__net_verdict verdict;
    memset(&verdict, 0, sizeof verdict);
    verdict.is_open = is_open;
    make_mac(verdict.mac, shake, "verdict", verdict.is_open);
    go_on(shake, &verdict, sizeof verdict, 0);
}

void mpg__shake_keys(const struct mpg__shake *shake, uint8_t *send_key,
                     uint8_t *receive_key)
{
    /* The caller's key first. */
    uint8_t keys[2][MPG_NET_KEY_BYTES];
    struct transcript text = transcript(shake, "keys", 0);
    crypto_generichash(&keys[0][0], sizeof keys, (const unsigned char *)&text,
                       sizeof text, shake->party->secret, MPG_NET_SECRET_BYTES);
    memcpy(send_key, keys[!shake->is_caller], MPG_NET_KEY_BYTES);
    memcpy(receive_key, keys[shake->is_caller], MPG_NET_KEY_BYTES);
    sodium_memzero(keys, sizeof keys);
}
