/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host's copy of one minipage: what happens on a fault, and what happens
 * when another host wants the bytes.
 *
 * States, from what the vpages allow (access) and what has been asked of the
 * home (asked):
 *
 *              access  asked
 *   INVALID    none    none     no copy
 *   READING    none    read     a thread waits for a copy to read
 *   WRITING    none    write    a thread waits for the only copy
 *   SHARED     read    none     others may have copies too
 *   UPGRADING  read    write    has a copy, waits to be the only one
 *   OWNED      write   none     the only copy anywhere
 *
 *                 want read         COPY, GRANT_READ
 *      INVALID ---------------> READING ---------------> SHARED
 *        ^  |   want write                                | ^  |
 *        |  +------------------> WRITING                  | |  | want write
 *        |                        |  ^ INVALIDATE,        | |  v
 *        |             TAKE + all |  | SUPPLY_WRITE       | | UPGRADING
 *        |                answers v  +--------------------|-|---+   |
 *        | SUPPLY_WRITE         OWNED ------------------->+-+       |
 * GRANT_WRITE
 *        +----------------------- ^ SUPPLY_READ                     | + answers
 *        (SHARED: INVALIDATE too) +---------------------------------+
 *
 * Invariants:
 *   C1  While access is write, no other host's access to the minipage is
 *       anything but none.  (Checked across hosts by the explorer.)
 *   C2  Bytes change only while access is write here, or when COPY or TAKE
 *       brings them while access is none.  (Where the copy set is a superset
 *       they may be brought to a reader too: the bytes that it has.)
 *   C3  A host that the home counts among the copies has access read or write,
 *       or an answer on its way that gives it: the home sends it no command
 *       until that answer has arrived (see home.c, H3).
 *   C4  A write is complete when the answers received equal the `need` that
 *       exactly one of them (GRANT_WRITE or TAKE) announced.  Answers come
 *       from several hosts, so they may precede the announcement.
 *
 * Progress.  A thread pins the copy from its fault until its access is made,
 * and the engine may keep a pin for some time more. A command that takes access
 * away waits while the copy is pinned, if the pins have what they need, that
 * is, if nothing is asked (D1).  If something is asked, the command is obeyed
 * at once: the pins wait for another host, and that host may wait for this
 * command; and a thread that begins to ask makes a command that was waiting be
 * obeyed first.  One deferred command is enough, because the home has only one
 * such command under way (home.c, H2).
 */
#include "internal.h"

enum state { INVALID, READING, WRITING, SHARED, UPGRADING, OWNED, STATES };

static enum state state_of(const struct mpg__copy *copy)
{
    switch (copy->access) {
    case MPG_ACCESS_NONE:
        return copy->asked == MPG_ACCESS_WRITE  ? WRITING
               : copy->asked == MPG_ACCESS_READ ? READING
                                                : INVALID;
    case MPG_ACCESS_READ:
        return copy->asked == MPG_ACCESS_WRITE ? UPGRADING : SHARED;
    default:
        mpg_assert(copy->asked == MPG_ACCESS_NONE);
        return OWNED;
    }
}

/* Asking. */

static void ask(struct mpg__step *step, enum mpg__message_kind kind)
{
    struct mpg__copy *copy = step->event->copy;
    mpg_assert(!copy->answered);
    copy->asked =
        kind == MPG_MESSAGE_WRITE_REQUEST ? MPG_ACCESS_WRITE : MPG_ACCESS_READ;
    copy->known = 1;
    copy->got = 0;
    copy->need = 0;
    mpg__send(step, step->event->home_host, mpg__say(step, kind));
}

static void ask_read(struct mpg__step *step)
{
    ask(step, MPG_MESSAGE_READ_REQUEST);
}

static void obey_deferred(struct mpg__step *step);

static void ask_write(struct mpg__step *step)
{
    if (step->event->copy->deferred)
        obey_deferred(step); /* D1 */
    ask(step, MPG_MESSAGE_WRITE_REQUEST);
}

static void nothing(struct mpg__step *step)
{
    (void)step;
}

/* Answers. */

static void say_done(struct mpg__step *step, unsigned flags)
{
    struct mpg__message done = mpg__say(step, MPG_MESSAGE_DONE);
    done.flags = (uint8_t)flags;
    mpg__send(step, step->event->home_host, done);
}

static void close_read(struct mpg__step *step)
{
    if (step->event->message->flags & MPG_FLAG_CLOSER_REQUESTER)
        say_done(step, MPG_FLAG_WAS_READ);
}

static void become_shared(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    copy->access = MPG_ACCESS_READ;
    copy->known = 1;
    if (copy->asked == MPG_ACCESS_READ)
        copy->asked = MPG_ACCESS_NONE;
    mpg__act(step, MPG_ACTION_OPEN_READ);
    mpg__act(step, MPG_ACTION_WAKE);
    close_read(step);
}

/* The answer to a read whose copy had been pushed to us before, or a push to
 * a host that has a copy.  The bytes are those that we have. */
static void have_copy_already(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    if (copy->asked == MPG_ACCESS_READ)
        copy->asked = MPG_ACCESS_NONE;
    close_read(step);
}

static void become_owner_if_complete(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    if (!copy->answered || copy->got != copy->need)
        return; /* C4 */
    bool was_readable = copy->access == MPG_ACCESS_READ;
    bool must_close = copy->answered & MPG_FLAG_CLOSER_REQUESTER;
    copy->access = MPG_ACCESS_WRITE;
    copy->asked = MPG_ACCESS_NONE;
    copy->answered = 0;
    mpg__act(step, was_readable ? MPG_ACTION_UPGRADE : MPG_ACTION_OPEN_WRITE);
    mpg__act(step, MPG_ACTION_WAKE);
    if (must_close)
        say_done(step, 0);
}

#define ANSWERED 0x80 /* beside the flag that says who closes */

/* The announcement of how many answers there will be; `got` says how many of
 * them this one is. */
static void note_answer(struct mpg__step *step, unsigned got)
{
    struct mpg__copy *copy = step->event->copy;
    const struct mpg__message *message = step->event->message;
    if (copy->answered) {
        mpg__peer_broke(step, "a second answer to one request");
        return;
    }
    copy->need = message->need;
    copy->got = (uint16_t)(copy->got + got);
    copy->answered =
        (uint8_t)(ANSWERED | (message->flags & MPG_FLAG_CLOSER_REQUESTER));
    become_owner_if_complete(step);
}

static void granted_write(struct mpg__step *step)
{
    note_answer(step, 0);
}

static void taken(struct mpg__step *step)
{
    note_answer(step, 1);
}

static void one_gone(struct mpg__step *step)
{
    if (step->event->copy->got == step->node->hosts) {
        mpg__peer_broke(step, "more answers than there are hosts");
        return;
    }
    step->event->copy->got++;
    become_owner_if_complete(step);
}

/* Commands of the home: hand on, drop. */

static void supply(struct mpg__step *step, enum mpg__message_kind kind,
                   const struct mpg__message *command)
{
    struct mpg__message answer = mpg__say(step, kind);
    answer.requester = command->requester;
    answer.need = command->need;
    answer.flags = command->flags & MPG_FLAG_CLOSER_REQUESTER;
    mpg__send_data(step, command->requester, answer);
}

static void close_as_supplier(struct mpg__step *step,
                              const struct mpg__message *command,
                              unsigned done_flags)
{
    if (command->flags & MPG_FLAG_CLOSER_SUPPLIER)
        say_done(step, done_flags);
}

static void drop(struct mpg__step *step)
{
    step->event->copy->access = MPG_ACCESS_NONE;
    mpg__act(step, MPG_ACTION_CLOSE);
}

static void protect(struct mpg__step *step)
{
    step->event->copy->access = MPG_ACCESS_READ;
    mpg__act(step, MPG_ACTION_PROTECT);
}

/* Obeys a command.  The access goes before the bytes do: after that nobody
 * here can change what is on its way (P4). */
static void obey(struct mpg__step *step, const struct mpg__message *command)
{
    struct mpg__copy *copy = step->event->copy;
    switch (command->kind) {
    case MPG_MESSAGE_SUPPLY_READ:
        if (copy->access == MPG_ACCESS_WRITE)
            protect(step);
        supply(step, MPG_MESSAGE_COPY, command);
        close_as_supplier(step, command, MPG_FLAG_WAS_READ);
        break;
    case MPG_MESSAGE_SUPPLY_WRITE:
        drop(step);
        supply(step, MPG_MESSAGE_TAKE, command);
        close_as_supplier(step, command, 0);
        break;
    case MPG_MESSAGE_SUPPLY_PUSH: {
        if (copy->access == MPG_ACCESS_WRITE)
            protect(step);
        struct mpg__action *action = mpg__act(step, MPG_ACTION_SEND_SET);
        action->with_data = 1;
        action->host = action->host2 = step->node->self;
        action->set.bits = command->arg;
        if (command->flags & MPG_FLAG_ALL)
            action->set = mpg__hostset_everybody(&step->node->sets);
        action->message = mpg__say(step, MPG_MESSAGE_COPY);
        action->message.flags = MPG_FLAG_CLOSER_REQUESTER;
        break;
    }
    default: /* INVALIDATE */
        if (copy->access != MPG_ACCESS_NONE)
            drop(step);
        struct mpg__message gone = mpg__say(step, MPG_MESSAGE_GONE);
        gone.requester = command->requester;
        mpg__send(step, command->requester, gone);
        close_as_supplier(step, command, 0);
    }
}

static void obey_now(struct mpg__step *step)
{
    obey(step, step->event->message);
}

static void obey_unless_pinned(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    const struct mpg__message *command = step->event->message;
    if (!copy->pins || copy->asked != MPG_ACCESS_NONE) {
        obey(step, command);
        return;
    }
    if (copy->deferred) { /* D1, H2 */
        mpg__peer_broke(step, "a command while another one waits");
        return;
    }
    copy->deferred = command->kind;
    copy->deferred_flags = command->flags;
    copy->deferred_requester = command->requester;
    copy->deferred_need = command->need;
}

/* A push waits only at an owner that may write (OWNED), and then nobody else
 * has a copy: the set that it named is everyone but us. */
static void obey_deferred(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    struct mpg__message command = mpg__say(step, copy->deferred);
    command.flags = copy->deferred_flags;
    command.requester = copy->deferred_requester;
    command.need = copy->deferred_need;
    command.arg = ~UINT64_C(0);
    copy->deferred = 0;
    obey(step, &command);
}

/* The table.  An absent row is a message that no correct peer sends then. */

enum column {
    WANT_READ,
    WANT_WRITE,
    GOT_COPY,
    GOT_GRANT_READ,
    GOT_TAKE,
    GOT_GRANT_WRITE,
    GOT_GONE,
    MUST_SUPPLY_READ,
    MUST_SUPPLY_WRITE,
    MUST_SUPPLY_PUSH,
    MUST_DROP,
    COLUMNS
};

typedef void rule_fn(struct mpg__step *);

static rule_fn *const rules[STATES][COLUMNS] = {
    [INVALID] = {[WANT_READ] = ask_read,
                 [WANT_WRITE] = ask_write,
                 [GOT_COPY] = become_shared, /* pushed */
                 [GOT_GRANT_READ] = become_shared,
                 [MUST_DROP] = obey_now}, /* a copy set may be a superset */
    [READING] = {[WANT_READ] = nothing,
                 [WANT_WRITE] = nothing, /* first things first */
                 [GOT_COPY] = become_shared,
                 [GOT_GRANT_READ] = become_shared,
                 [MUST_DROP] = obey_now},
    [WRITING] = {[WANT_READ] = nothing,
                 [WANT_WRITE] = nothing,
                 [GOT_COPY] = become_shared, /* pushed, now UPGRADING */
                 [GOT_GRANT_READ] = become_shared,
                 [GOT_TAKE] = taken,
                 [GOT_GRANT_WRITE] = granted_write,
                 [GOT_GONE] = one_gone,
                 [MUST_DROP] = obey_now},
    [SHARED] = {[WANT_READ] = nothing,
                [WANT_WRITE] = ask_write,
                [GOT_COPY] = have_copy_already,
                [GOT_GRANT_READ] = have_copy_already,
                [MUST_SUPPLY_READ] = obey_now,
                [MUST_SUPPLY_WRITE] = obey_unless_pinned,
                [MUST_SUPPLY_PUSH] = obey_now,
                [MUST_DROP] = obey_unless_pinned},
    [UPGRADING] = {[WANT_READ] = nothing,
                   [WANT_WRITE] = nothing,
                   [GOT_COPY] = have_copy_already,
                   [GOT_GRANT_READ] = have_copy_already,
                   [GOT_TAKE] = taken, /* the copy set was a superset */
                   [GOT_GRANT_WRITE] = granted_write,
                   [GOT_GONE] = one_gone,
                   [MUST_SUPPLY_READ] = obey_now,
                   [MUST_SUPPLY_WRITE] = obey_now, /* now WRITING */
                   [MUST_SUPPLY_PUSH] = obey_now,
                   [MUST_DROP] = obey_now}, /* now WRITING */
    [OWNED] = {[WANT_READ] = nothing,
               [WANT_WRITE] = nothing,
               [MUST_SUPPLY_READ] = obey_unless_pinned,
               [MUST_SUPPLY_WRITE] = obey_unless_pinned,
               [MUST_SUPPLY_PUSH] = obey_unless_pinned},
};

static enum column column_of(const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_WANT)
        return event->access == MPG_ACCESS_WRITE ? WANT_WRITE : WANT_READ;
    switch (event->message->kind) {
    case MPG_MESSAGE_COPY:
        return GOT_COPY;
    case MPG_MESSAGE_GRANT_READ:
        return GOT_GRANT_READ;
    case MPG_MESSAGE_TAKE:
        return GOT_TAKE;
    case MPG_MESSAGE_GRANT_WRITE:
        return GOT_GRANT_WRITE;
    case MPG_MESSAGE_GONE:
        return GOT_GONE;
    case MPG_MESSAGE_SUPPLY_READ:
        return MUST_SUPPLY_READ;
    case MPG_MESSAGE_SUPPLY_WRITE:
        return MUST_SUPPLY_WRITE;
    case MPG_MESSAGE_SUPPLY_PUSH:
        return MUST_SUPPLY_PUSH;
    default:
        return MUST_DROP;
    }
}

static void unpin(struct mpg__step *step)
{
    struct mpg__copy *copy = step->event->copy;
    mpg_assert(copy->pins > 0);
    if (mpg__copy_unpin(copy))
        return;
    copy->pins = 0;
    obey_deferred(step);
}

void mpg__copy_step(struct mpg__step *step)
{
    const struct mpg__event *event = step->event;
    mpg_assert(event->copy != 0);
    if (event->kind == MPG_EVENT_PIN) {
        mpg__copy_pin(event->copy);
        mpg_assert(event->copy->pins != 0);
        return;
    }
    if (event->kind == MPG_EVENT_UNPIN) {
        unpin(step);
        return;
    }
    if (event->kind == MPG_EVENT_PUSH) {
        mpg__send(step, event->home_host,
                  mpg__say(step, MPG_MESSAGE_PUSH_REQUEST));
        return;
    }
    rule_fn *rule = rules[state_of(event->copy)][column_of(event)];
    if (rule)
        rule(step);
    else
        mpg__peer_broke(step, "a message that does not fit the copy's state");
}

bool mpg__copy_accepts_data(const struct mpg__copy *copy, unsigned kind)
{
    if (kind == MPG_MESSAGE_TAKE)
        return copy->asked == MPG_ACCESS_WRITE && !copy->answered;
    return kind == MPG_MESSAGE_COPY && copy->access != MPG_ACCESS_WRITE &&
           !copy->answered; /* C2 */
}
