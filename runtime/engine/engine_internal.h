/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What only the files of this folder need of each other.
 */
#ifndef MPG_ENGINE_INTERNAL_H
#define MPG_ENGINE_INTERNAL_H

#include "engine.h"

/* engine.c, under the lock. */
void mpg__step_lock(enum mpg__event_kind, uint64_t id);

/* engine.c: whether anything is asked of a home and not answered; a guess
 * unless under the lock. */
bool mpg__requests_are_open(void);

/* engine.c: the callbacks of net.h. */
void *mpg__engine_place(const struct mpg__message *, const char **why);
void mpg__engine_deliver(const struct mpg__message *, unsigned count,
                         const void *payload);

/* threads.c, under the lock: messages of other hosts. */
void mpg__thread_asked(const struct mpg__message *, const void *call);
void mpg__thread_done(uint32_t thread);
/* Whether threads run here for mpg_spawn, or are about to; without the lock. */
bool mpg__threads_run(void);

/* pages.c, under the lock: a change of the minipage's vpages, one of the
 * backend's functions, made at the latest when mpg__pages_now returns.  Who
 * gives up the lock calls that first. */
void mpg__pages_change(void (*)(char *, size_t), uint32_t region,
                       uint32_t slot);
void mpg__pages_now(void);
/* The same for whole pages that are no minipage's. */
void mpg__pages_change_at(void (*)(char *, size_t), char *start, char *end);
/* And mpg__net_send behind the changes so far: nobody may be told of them, nor
 * sent what they protect, before they are made.  Between these two, which is
 * for who delivers messages, the changes may also come after the messages, when
 * the program cannot run: who has the role makes them (mpg__pages_catch_up,
 * without the lock) before it can. */
void mpg__pages_then_send(unsigned host, const struct mpg__message *,
                          const void *payload);
void mpg__pages_begin(void);
void mpg__pages_end(void);
void mpg__pages_catch_up(void);

/* alone.c. */
void mpg__alone_start(void);
/* By who has the role: that its thread waits, and that it waits no more. */
void mpg__alone_begin(void);
void mpg__alone_end(void);
/* By who has the role, under the lock: whether the program cannot run. */
bool mpg__alone(void);

/* early.c, under the lock: who faults asks for that, and waits. */
void mpg__early_want(uint32_t region, uint32_t slot, enum mpg__access);
/* By who has the role, without the lock: nothing has come yet; and the wait is
 * over. */
void mpg__early_begin(void);
void mpg__early_end(void);
/* Under the lock: whether that change has been made, of those vpages; if it was
 * another one, it has been taken back.  And take it back in any case. */
bool mpg__early_has_made(void (*)(char *, size_t), uint32_t region,
                         uint32_t slot);
void mpg__early_undo(void);

/* composed.c: the page of an address in the composed view; and the minipages
 * that lie on one. */
bool mpg__composed_find(const void *address, uint32_t *region, uint32_t *page);
void mpg__composed_slots(const struct mpg__region *, uint32_t page,
                         uint32_t *first, uint32_t *count);
/* Under the lock: opens the page as far as its minipages are, and those behind.
 * And a minipage allows more than it did, or only what is left. */
void mpg__composed_open(uint32_t region, uint32_t page);
void mpg__composed_gained(uint32_t region, uint32_t slot);
void mpg__composed_lost(uint32_t region, uint32_t slot, enum mpg__access left);
/* Before it is asked for: nobody needs the minipage's own vpage.  And after a
 * fault there: somebody does, and it is opened as far as may be. */
void mpg__composed_hide(uint32_t region, uint32_t slot);
void mpg__composed_show(uint32_t region, uint32_t slot);
/* Whether it has ever been open so far. */
bool mpg__composed_has_been(uint32_t region, uint32_t page, enum mpg__access);

/* migrate.c, under the lock: a thread faults at address for a minipage that is
 * not here; what to ask for. */
struct mpg__need;
enum mpg__access mpg__migrate(const struct mpg__need *, const void *address);

/* keep.c, under the lock: such a fault of the instruction at ip; for how long
 * the minipage is to stay behind the access, in ns, or 0.  It has come; and now
 * the access is made, or will be in a moment: instead of being released, it
 * stays. */
uint32_t mpg__keep_fault(const struct mpg__need *, const void *address,
                         uintptr_t ip);
void mpg__keep_came(const struct mpg__need *, uint32_t ns);
void mpg__keep(const struct mpg__need *, uint32_t ns);
/* Another host waits for a minipage that is pinned; a thread begins to wait for
 * one, and has it. */
void mpg__keep_wanted(uint32_t region, uint32_t slot);
void mpg__keep_pause(void);
void mpg__keep_go_on(void);
/* Without the lock: a descriptor; it is readable; and the program waits for
 * anything but a minipage. */
int mpg__keep_start(void);
void mpg__keep_end(void);
void mpg__keep_drop(void);

/* alarm.c: the timer's descriptor; and when that is to be read. */
int mpg__alarm_start(void);
void mpg__alarm_ring(void);

/* publish.c, under the lock: somebody is to have a copy to read; whether the
 * vpage is readable already.  It is nobody's here any more.  And this host's
 * program needs to write it; whether that was why it could not. */
bool mpg__publish_asked(uint32_t region, uint32_t slot);
void mpg__publish_lost(uint32_t region, uint32_t slot);
bool mpg__publish_undo(uint32_t region, uint32_t slot);

/* advice.c, under the lock: a thread has faulted from first to next in order,
 * through the views.  What a fault in the composed view tells, that finds so
 * many of the page's minipages here and so many neither here nor asked for; and
 * how long that took, so far. */
void mpg__advice_run(uint32_t region, uint32_t first, uint32_t next);
enum mpg__tale { MPG_TALE_NONE, MPG_TALE_DIVIDED, MPG_TALE_RETURNED };
enum mpg__tale mpg__advice_tale(uint32_t region, uint32_t page,
                                enum mpg__access, uint32_t here, uint32_t away);
void mpg__advice_took(uint32_t region, enum mpg__tale, uint32_t away,
                      uint64_t since);

/* ahead.c, under the lock: this thread has faulted at so many minipages from
 * slot on, and asked for them; what else should be asked for?  `unit` is 1, or
 * how many a page of the composed view has.  Answers whether a run goes on. */
bool mpg__ahead(uint32_t region, uint32_t slot, uint32_t count, uint32_t unit,
                enum mpg__access);

/* Whether it would ask for something, as far as one look can tell. */
bool mpg__ahead_is_likely(uint32_t region, uint32_t slot, uint32_t count,
                          enum mpg__access);

/* This thread is about to go through minipages up to `end`, and has asked for
 * those before `next`: where it faults it is trusted at once, up to there. */
void mpg__ahead_expect(uint32_t region, uint32_t next, uint32_t end,
                       enum mpg__access);

/* Without the lock: some of that has come, and perhaps more should be asked
 * for; until the fault is over. */
void mpg__ahead_go_on(void);
void mpg__ahead_end(void);

/* around.c, under the lock: this host has faulted to read what it never asked
 * for before, and it is no run. */
void mpg__around(uint32_t region, uint32_t slot);

/* For tables that remember some minipages, or parts of regions, of many. */
static inline uint32_t mpg__hash(uint32_t region, uint32_t slot)
{
    return region * 2654435761u + slot;
}

/* guard.c, under the lock: what is wanted while a thread has a lock.  A thread
 * asks for one, or gives it back; it faults, and asks for a minipage; and one
 * has come from another host. */
struct mpg__guard;
void mpg__guard_enter(uint64_t id);
void mpg__guard_leave(uint64_t id);
void mpg__guard_note(uint32_t region, uint32_t slot, enum mpg__access);
void mpg__guard_ask(struct mpg__guard *);
/* locks.c: a lock's, NULL at first; and those of locks that have come in this
 * turn. */
struct mpg__guard **mpg__lock_guard(uint64_t id);
void mpg__locks_have_come(void);

/* server.c: the role of receiver, which has to be tried again and again; and
 * back.  And, around that, that a thread waits. */
bool mpg__role_try(void);
void mpg__role_leave(void);
void mpg__wait_begins(void);
void mpg__wait_ends(void);

/* wait.c: of a clock that only goes on. */

/* cores.c: gives this host its share of the machine's processors; how many
 * hosts share one, at least 1.  Before any other thread is started. */
unsigned mpg__cores_divide(unsigned index, unsigned hosts);
extern unsigned mpg__cores_here; /* this host's share, at least 1 */

/* start.c: the callback of net.h. */
void mpg__engine_lost(unsigned host, const char *how);

#endif
