/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Messages that are not worth an interrupt.
 *
 * That another host has come to a barrier is of no use to one whose own threads
 * compute: they look when they come there.  To wake its server thread for it
 * costs the receiver two switches of threads, and the sender an interrupt of
 * another processor, which takes tens of microseconds on some virtual machines.
 * So such a message (mpg__message_is_quiet) lies in the socket until somebody
 * looks, or something comes that is worth it.
 *
 * The kernel does that (SO_RCVLOWAT): a socket whose low-water mark is above a
 * head's bytes is not readable for a head alone.  Who has sent a quiet message
 * over a connection therefore never again sends a head alone that is not quiet,
 * but pads it with a second one (mpg__net_pad); and who has received one raises
 * the mark, if he can be sure to miss nothing:
 *
 *   - the last look has left nothing in the socket, and no message in its
 *     middle, of which the rest may be as small (`is_clean`); and
 *   - no thread of this host sleeps for what messages bring (`sleepers`).  Who
 *     polls sees all that is there, whatever the mark is.
 *
 * When that changes, so does the mark.  To lower it makes the kernel look again
 * whether the socket is readable, so nothing is lost between the two.  An end
 * or an error of the connection is readable in any case.
 *
 * Quiet messages go between neighbours in the tree of hosts, so the list here
 * has a few entries, however many hosts there are.  Sealed connections have no
 * quiet messages: what comes through them has other sizes.
 */
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "net_internal.h"

static struct mpg__connection *_Atomic list; /* grows only, by who polls */
static _Atomic unsigned sleepers;

/* Sets the mark by what is so by now: whoever changes that calls this. */
static void set_mark(struct mpg__connection *c)
{
    mpg__mutex_lock(&c->lock);
    bool is_deaf = c->is_clean && !atomic_load(&sleepers);
    if (is_deaf != c->is_deaf && atomic_load(&c->state) == MPG_NET_OPEN) {
        int mark = is_deaf ? (int)sizeof(struct mpg__message) + 1 : 1;
        if (setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark))
            mpg__fatal("cannot set the low-water mark of a connection: %m");
        c->is_deaf = is_deaf;
    }
    mpg__mutex_unlock(&c->lock);
}

void mpg__net_heard_quiet(struct mpg__connection *c)
{
    if (c->hears_quiet || c->seal)
        return;
    c->hears_quiet = true;
    c->next_quiet = atomic_load(&list);
    atomic_store(&list, c);
}

void mpg__net_looked(struct mpg__connection *c, bool is_clean)
{
    if (!c->hears_quiet || c->is_clean == is_clean)
        return;
    c->is_clean = is_clean;
    set_mark(c);
}

struct mpg__connection *mpg__net_quiet_ones(void)
{
    return atomic_load(&list);
}

static void set_marks(void)
{
    for (struct mpg__connection *c = atomic_load(&list); c; c = c->next_quiet)
        set_mark(c);
}

void mpg__net_sleeps(void)
{
    if (!atomic_fetch_add(&sleepers, 1))
        set_marks();
}

void mpg__net_wakes(void)
{
    if (atomic_fetch_sub(&sleepers, 1) == 1)
        set_marks();
}

const struct mpg__message *mpg__net_pad(const struct mpg__connection *c)
{
    static struct mpg__message pad = {.kind = MPG_MESSAGE_PAD};
    const struct mpg__outgoing *first = &c->queue[c->queue_first];
    if (!c->says_quiet || c->queue_count != 1 || first->head.bytes ||
        mpg__message_is_quiet(first->head.kind))
        return NULL;
    pad.from = (uint16_t)mpg__net_config->self;
    return &pad;
}
