/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The head of a message: its layout on the wire, and what a host refuses to
 * hear from another.
 */
#include "check.h"
#include "proto/message.h"

#include <stddef.h>

enum { HOSTS = 4, FROM = 2 };

static struct mpg__message good(unsigned kind)
{
    return (struct mpg__message){
        .kind = (uint8_t)kind, .from = FROM, .requester = HOSTS - 1};
}

static const char *refusal(struct mpg__message message)
{
    return mpg__message_refusal(&message, FROM, HOSTS);
}

/* Hosts of one job run the same library, but a capture of the wire should
 * stay readable: the places are fixed. */
static void layout(void)
{
    CHECK_EQ(offsetof(struct mpg__message, kind), 0);
    CHECK_EQ(offsetof(struct mpg__message, from), 2);
    CHECK_EQ(offsetof(struct mpg__message, bytes), 4);
    CHECK_EQ(offsetof(struct mpg__message, region), 8);
    CHECK_EQ(offsetof(struct mpg__message, slot), 12);
    CHECK_EQ(offsetof(struct mpg__message, requester), 16);
    CHECK_EQ(offsetof(struct mpg__message, need), 18);
    CHECK_EQ(offsetof(struct mpg__message, epoch), 20);
    CHECK_EQ(offsetof(struct mpg__message, arg), 24);
}

static void names(void)
{
    CHECK_STR(mpg__message_name(MPG_MESSAGE_READ_REQUEST), "READ_REQUEST");
    CHECK_STR(mpg__message_name(MPG_MESSAGE_BYE), "BYE");
    CHECK_STR(mpg__message_name(0), "?");
    CHECK_STR(mpg__message_name(MPG_MESSAGE_KINDS), "?");
    for (unsigned kind = 1; kind < MPG_MESSAGE_KINDS; kind++)
        CHECK(mpg__message_name(kind)[0] != '?');
}

static void heads(void)
{
    struct mpg__message message;
    for (unsigned kind = 1; kind < MPG_MESSAGE_KINDS; kind++)
        CHECK(!refusal(good(kind)));
    CHECK(refusal(good(0)) != NULL);
    CHECK(refusal(good(MPG_MESSAGE_KINDS)) != NULL);
    CHECK(refusal(good(255)) != NULL);
    message = good(MPG_MESSAGE_DONE);
    message.from = FROM + 1;
    CHECK_STR(refusal(message), "sent in the name of another host");
    message = good(MPG_MESSAGE_GRANT_WRITE);
    message.requester = HOSTS;
    CHECK_STR(refusal(message), "its requester is no host of this job");
    message = good(MPG_MESSAGE_TAKE);
    message.need = HOSTS;
    CHECK(!refusal(message));
    message.need = HOSTS + 1;
    CHECK_STR(refusal(message), "it needs more answers than there are hosts");
}

static void payloads(void)
{
    struct mpg__message message = good(MPG_MESSAGE_INVALIDATE);
    message.bytes = 1;
    CHECK_STR(refusal(message), "bytes behind a message that has none");
    message = good(MPG_MESSAGE_SPAWN);
    message.bytes = MPG_MESSAGE_SMALL_MAX;
    CHECK(!refusal(message));
    message.bytes++;
    CHECK_STR(refusal(message), "too many bytes");
    message = good(MPG_MESSAGE_COPY);
    message.bytes = UINT32_MAX; /* who knows the minipage judges */
    CHECK(!refusal(message));
}

int main(void)
{
    layout();
    names();
    heads();
    payloads();
    return check_report();
}
