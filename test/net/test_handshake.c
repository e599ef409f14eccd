/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The handshake: it succeeds between two that know the secret and mean each
 * other, and fails in every other case, on both sides where both can tell,
 * with a reason.  No byte of it can be changed, left out or said again.
 */
#include <sodium.h>

#include "check.h"
#include "net/handshake.h"

static const uint8_t right[32] = "the job's secret", wrong[32] = "another one";
static const uint8_t build[16] = "a build", other_build[16] = "another";

struct end {
    struct mpg__net_party party;
    struct mpg__shake shake;
    enum mpg__shake_result result;
};

/* What one end has sent, for those who listen in. */
static struct {
    uint8_t bytes[4][MPG_SHAKE_BYTES_MAX];
    size_t lengths[4];
    unsigned count;
    unsigned change; /* the message in which ... */
    unsigned at;     /* ... this byte is turned over */
} wire;
#define NEVER 99

static struct end end(unsigned self, const uint8_t *secret)
{
    return (struct end){
        .party = {.self = self, .hosts = 4, .secret = secret, .build = build}};
}

static void nonce(uint8_t *bytes)
{
    randombytes_buf(bytes, MPG_NET_NONCE_BYTES);
}

/* Carries what `from` has to say to `to`, which takes it. */
static void carry(struct end *from, struct end *to)
{
    size_t bytes = from->shake.out_bytes;
    CHECK_EQ(bytes, to->shake.want);
    memcpy(to->shake.in, from->shake.out, bytes);
    memcpy(wire.bytes[wire.count], from->shake.out, bytes);
    wire.lengths[wire.count] = bytes;
    if (wire.count++ == wire.change)
        to->shake.in[wire.at] ^= 1;
    to->shake.got = bytes;
    to->result = mpg__shake_take(&to->shake);
}

static void begin(struct end *caller, struct end *callee, unsigned peer)
{
    uint8_t bytes[MPG_NET_NONCE_BYTES];
    wire.count = 0;
    nonce(bytes);
    mpg__shake_call(&caller->shake, &caller->party, peer, bytes);
    nonce(bytes);
    mpg__shake_listen(&callee->shake, &callee->party, bytes);
}

/* The whole of it, as far as both want to go. */
static void shake(struct end *caller, struct end *callee, unsigned peer,
                  bool is_open)
{
    begin(caller, callee, peer);
    carry(caller, callee);
    if (callee->result != MPG_SHAKE_GOES_ON)
        return;
    carry(callee, caller);
    if (caller->result != MPG_SHAKE_GOES_ON)
        return;
    carry(caller, callee);
    if (callee->result != MPG_SHAKE_PROVEN)
        return;
    mpg__shake_decide(&callee->shake, is_open);
    carry(callee, caller);
}

static void friends(void)
{
    struct end caller = end(3, right), callee = end(1, right);
    uint8_t keys[4][MPG_NET_KEY_BYTES];
    shake(&caller, &callee, 1, true);
    CHECK_EQ(callee.result, MPG_SHAKE_PROVEN);
    CHECK_EQ(caller.result, MPG_SHAKE_OPEN);
    CHECK_EQ(callee.shake.peer, 3);
    mpg__shake_keys(&caller.shake, keys[0], keys[1]);
    mpg__shake_keys(&callee.shake, keys[2], keys[3]);
    CHECK(!memcmp(keys[0], keys[3], sizeof keys[0]));
    CHECK(!memcmp(keys[1], keys[2], sizeof keys[1]));
    CHECK(memcmp(keys[0], keys[1], sizeof keys[0]) != 0);
    /* Another connection has other keys. */
    shake(&caller, &callee, 1, true);
    mpg__shake_keys(&caller.shake, keys[1], keys[2]);
    CHECK(memcmp(keys[0], keys[1], sizeof keys[0]) != 0);
}

static void crossed(void)
{
    struct end caller = end(3, right), callee = end(1, right);
    shake(&caller, &callee, 1, false);
    CHECK_EQ(caller.result, MPG_SHAKE_CROSSED);
}

static void refused(struct end *by, const char *why)
{
    CHECK_EQ(by->result, MPG_SHAKE_REFUSED);
    CHECK_STR(by->shake.why, why);
}

static void strangers(void)
{
    struct end caller = end(3, wrong), callee = end(1, right);
    shake(&caller, &callee, 1, true);
    refused(&caller, "it does not know the job's secret");

    caller = end(3, right);
    shake(&caller, &callee, 2, true);
    refused(&callee, "it means another host or job");
    caller = end(1, right);
    shake(&caller, &callee, 1, true);
    refused(&callee, "it means another host or job");
    caller = end(4, right);
    shake(&caller, &callee, 1, true);
    refused(&callee, "it means another host or job");

    caller = end(3, right);
    caller.party.build = other_build;
    shake(&caller, &callee, 1, true);
    refused(&callee, "it runs another program, library or options");

    caller = end(3, right);
    begin(&caller, &callee, 1);
    memset(caller.shake.out, 'x', sizeof caller.shake.out);
    carry(&caller, &callee);
    refused(&callee, "it does not speak our protocol");
}

/* Who does not know the secret and does not care about our proof. */
static void pretender(void)
{
    struct end caller = end(3, wrong), callee = end(1, right);
    begin(&caller, &callee, 1);
    carry(&caller, &callee);
    CHECK_EQ(callee.result, MPG_SHAKE_GOES_ON);
    memset(callee.shake.in, 0, sizeof callee.shake.in);
    callee.shake.got = callee.shake.want;
    callee.result = mpg__shake_take(&callee.shake);
    refused(&callee, "it does not know the job's secret");
}

/* All that the right host has said, word for word, once more. */
static void replay(void)
{
    struct end caller = end(3, right), callee = end(1, right);
    uint8_t recorded[4][MPG_SHAKE_BYTES_MAX], bytes[MPG_NET_NONCE_BYTES];
    shake(&caller, &callee, 1, true);
    memcpy(recorded, wire.bytes, sizeof recorded);
    nonce(bytes);
    mpg__shake_listen(&callee.shake, &callee.party, bytes);
    for (unsigned i = 0; i <= 2; i += 2) {
        CHECK_EQ(callee.shake.want, wire.lengths[i]);
        memcpy(callee.shake.in, recorded[i], wire.lengths[i]);
        callee.shake.got = wire.lengths[i];
        callee.result = mpg__shake_take(&callee.shake);
    }
    refused(&callee, "it does not know the job's secret");
}

/* Each byte of each message, turned over on its way. */
static void changed(void)
{
    shake(&(struct end){.party = end(3, right).party},
          &(struct end){.party = end(1, right).party}, 1, true);
    for (unsigned message = 0; message < 4; message++)
        for (unsigned at = 0; at < wire.lengths[message]; at++) {
            struct end caller = end(3, right), callee = end(1, right);
            wire.change = message;
            wire.at = at;
            shake(&caller, &callee, 1, true);
            CHECK(caller.result != MPG_SHAKE_OPEN);
        }
    wire.change = NEVER;
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    wire.change = NEVER;
    friends();
    crossed();
    strangers();
    pretender();
    replay();
    changed();
    return check_report();
}
