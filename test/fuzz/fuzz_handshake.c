/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whatever a stranger says: a handshake ends in a refusal with a reason, never
 * in a crash, and never in an open connection.
 *
 * The first byte says which end listens to the input, and whether the other is
 * an insider, whose MACs are right: so that the fuzzer sees what comes after
 * the first of them.  An insider may be let in.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "net/handshake.h"

enum { CALLS = 1, INSIDER = 2, CROSSES = 4, HOSTS = 4 };

static const uint8_t secret[32] = "of the fuzzer", nonce[32] = "not random";
static const uint8_t build[16] = "a build";
static const struct mpg__net_party party = {
    .self = 1, .hosts = HOSTS, .secret = secret, .build = build};

/* The other end, who knows everything. */
static const struct mpg__net_party insider = {
    .self = 2, .hosts = HOSTS, .secret = secret, .build = build};

static void must(int condition)
{
    if (!condition)
        abort();
}

/* What an insider would have put in place of the message's last bytes, when
 * the state machine under test is to believe the rest of it. */
static void correct(struct mpg__shake *shake)
{
    struct mpg__shake other = *shake;
    other.party = &insider;
    if (shake->is_caller && shake->want == sizeof(struct mpg__net_answer)) {
        /* As the callee: from the HELLO that it got. */
        mpg__shake_listen(&other, &insider, shake->in);
        memcpy(other.in, &shake->hello, sizeof shake->hello);
        other.got = other.want;
        must(mpg__shake_take(&other) == MPG_SHAKE_GOES_ON);
    } else if (shake->is_caller) {
        mpg__shake_decide(&other, shake->in[0] & 1);
    } else {
        /* The PROOF: as a caller that has this ANSWER. */
        other.is_caller = true;
        memcpy(other.in, &shake->answer, sizeof shake->answer);
        other.got = other.want = sizeof shake->answer;
        must(mpg__shake_take(&other) == MPG_SHAKE_GOES_ON);
    }
    must(other.out_bytes == shake->want);
    memcpy(shake->in, other.out, shake->want);
}

static void end(const struct mpg__shake *shake, enum mpg__shake_result result,
                int mode)
{
    uint8_t keys[2][MPG_NET_KEY_BYTES];
    if (result == MPG_SHAKE_REFUSED) {
        must(shake->why && *shake->why);
        return;
    }
    must(mode & INSIDER);
    if (result == MPG_SHAKE_PROVEN)
        must(shake->peer < HOSTS && shake->peer != party.self);
    mpg__shake_keys(shake, keys[0], keys[1]);
    must(memcmp(keys[0], keys[1], sizeof keys[0]) != 0);
}

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    return sodium_init() < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mpg__shake shake;
    if (!count)
        return 0;
    int mode = *bytes++;
    count--;
    if (mode & CALLS)
        mpg__shake_call(&shake, &party, insider.self, nonce);
    else
        mpg__shake_listen(&shake, &party, nonce);
    for (;;) {
        must(shake.out_bytes <= sizeof shake.out);
        must(shake.want && shake.want <= sizeof shake.in);
        if (count < shake.want)
            return 0;
        memcpy(shake.in, bytes, shake.want);
        shake.got = shake.want;
        bytes += shake.want;
        count -= shake.want;
        bool is_first_word = !(mode & CALLS) && !shake.hello.magic[0];
        if (mode & INSIDER && !is_first_word)
            correct(&shake);
        enum mpg__shake_result result = mpg__shake_take(&shake);
        if (result != MPG_SHAKE_GOES_ON) {
            end(&shake, result, mode);
            return 0;
        }
    }
}
