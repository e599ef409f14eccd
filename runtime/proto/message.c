/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What can be said of a message by its head alone.
 */
#include "message.h"

#include <stddef.h>

static const struct {
    const char *name;
    enum mpg__payload payload;
} kinds[MPG_MESSAGE_KINDS] = {
#define MPG_MESSAGE_ROW(kind, carries)                                         \
    [MPG_MESSAGE_##kind] = {#kind, MPG_PAYLOAD_##carries},
    MPG_MESSAGES(MPG_MESSAGE_ROW)
#undef MPG_MESSAGE_ROW
};

const char *mpg__message_name(unsigned kind)
{
    return kind > 0 && kind < MPG_MESSAGE_KINDS ? kinds[kind].name : "?";
}

bool mpg__message_is_quiet(unsigned kind)
{
    return kind == MPG_MESSAGE_BARRIER_ARRIVE ||
           kind == MPG_MESSAGE_TEAM_ARRIVE;
}

const char *mpg__message_refusal(const struct mpg__message *message,
                                 unsigned from, unsigned hosts)
{
    if (message->kind == 0 || message->kind >= MPG_MESSAGE_KINDS)
        return "no such kind of message";
    if (message->from != from)
        return "sent in the name of another host";
    if (message->requester >= hosts)
        return "its requester is no host of this job";
    if (message->need > hosts)
        return "it needs more answers than there are hosts";
    switch (kinds[message->kind].payload) {
    case MPG_PAYLOAD_NONE:
        return message->bytes ? "bytes behind a message that has none" : NULL;
    case MPG_PAYLOAD_SMALL:
        return message->bytes > MPG_MESSAGE_SMALL_MAX ? "too many bytes" : NULL;
    case MPG_PAYLOAD_DATA:
        break; /* Checked against the minipage by who knows it. */
    }
    return NULL;
}
