/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Threads that hosts start on each other, and knowing when all have ended.
 *
 * Starting a thread allocates, so a receiver, which may be a fault handler,
 * only notes the call; the server thread makes it.
 *
 * A host may not leave the job while a thread runs anywhere that its own
 * threads asked for, directly or through others: the thread may need every
 * host's minipages.  So threads form a tree.  Each started thread has a record
 * on the host where it runs, which counts the threads that it asked for in
 * turn; when it has returned and they have all ended, its asker's record is
 * told (SPAWN_DONE).  Record 0 stands for the host's own threads, and leaving
 * waits for its count.  A tree has no cycles, so this ends when the threads do.
 */
#include <stdatomic.h>
#include <string.h>

#include "base/fatal.h"
#include "engine_internal.h"

#define THREADS_MAX 4096u /* records; threads that run here for others */
#define CALLS_MAX   1024u /* noted and not started yet */

struct record {
    uint32_t children; /* threads asked for that have not ended */
    bool is_used;
    bool has_returned;
    uint16_t asker_host;
    uint32_t asker; /* record there */
};

struct call {
    uint32_t thread, bytes;
    char text[MPG_MESSAGE_SMALL_MAX];
};

/* All under the engine's lock. */
static struct record records[THREADS_MAX];
static uint32_t records_cursor;
static struct call calls[CALLS_MAX];
static uint32_t calls_first, calls_count;
static struct mpg__waiter *leaving;

/* Threads that run here for mpg_spawn, or are about to: who polls gives way. */
static _Atomic unsigned running;

static __thread uint32_t current __attribute__((tls_model("initial-exec")));

static uint32_t new_record(unsigned asker_host, uint32_t asker)
{
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        uint32_t at = ++records_cursor % THREADS_MAX;
        if (at && !records[at].is_used) {
            records[at] = (struct record){.is_used = true,
                                          .asker_host = (uint16_t)asker_host,
                                          .asker = asker};
            return at;
        }
    }
    mpg__fatal("more than %u threads run here for mpg_spawn", THREADS_MAX);
}

static void note_call(unsigned asker_host, uint32_t asker, const void *text,
                      uint32_t bytes)
{
    if (calls_count == CALLS_MAX)
        mpg__fatal("more than %u threads to start at once", CALLS_MAX);
    struct call *call = &calls[(calls_first + calls_count++) % CALLS_MAX];
    call->thread = new_record(asker_host, asker);
    call->bytes = bytes;
    memcpy(call->text, text, bytes);
    atomic_fetch_add(&running, 1);
    mpg__server_call();
}

void mpg__thread_ask(unsigned host, const void *call, uint32_t bytes)
{
    mpg__engine_lock();
    records[current].children++;
    if (host == mpg__engine.node.self) {
        note_call(host, current, call, bytes);
    } else {
        struct mpg__message message = {
            .kind = MPG_MESSAGE_SPAWN, .slot = current, .bytes = bytes};
        mpg__post(host, &message, call);
    }
    mpg__engine_unlock();
}

void mpg__thread_asked(const struct mpg__message *message, const void *call)
{
    note_call(message->from, message->slot, call, message->bytes);
}

void mpg__threads_work(void)
{
    for (;;) {
        struct call call;
        mpg__engine_lock();
        bool is_any = calls_count > 0;
        if (is_any) {
            call = calls[calls_first];
            calls_first = (calls_first + 1) % CALLS_MAX;
            calls_count--;
        }
        mpg__engine_unlock();
        if (!is_any)
            return;
        mpg__alone_no_more();
        mpg__services.start(call.text, call.bytes, call.thread);
        mpg__alone_again();
    }
}

/* Goes up the tree as far as records are complete on this host. */
static void check_ended(uint32_t thread)
{
    for (;;) {
        struct record *record = &records[thread];
        if (record->children)
            return;
        if (thread == 0) {
            if (leaving)
                mpg__waiter_wake(leaving);
            leaving = NULL;
            return;
        }
        if (!record->has_returned)
            return;
        record->is_used = false;
        thread = record->asker;
        if (record->asker_host != mpg__engine.node.self) {
            struct mpg__message message = {.kind = MPG_MESSAGE_SPAWN_DONE,
                                           .slot = thread};
            mpg__post(record->asker_host, &message, NULL);
            return;
        }
        records[thread].children--;
    }
}

void mpg__thread_done(uint32_t thread)
{
    if (thread >= THREADS_MAX || !records[thread].children)
        mpg__fatal("a host reports the end of a thread that nobody asked for");
    records[thread].children--;
    check_ended(thread);
}

void mpg__thread_begin(uint32_t thread)
{
    current = thread;
}

void mpg__thread_end(uint32_t thread)
{
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__engine_lock();
    records[thread].has_returned = true;
    check_ended(thread);
    mpg__engine_unlock();
    atomic_fetch_sub(&running, 1);
    mpg__leave(&before);
}

bool mpg__threads_run(void)
{
    return atomic_load_explicit(&running, memory_order_relaxed);
}

void mpg__threads_wait(void)
{
    struct mpg__outside before;
    struct mpg__waiter waiter = {.next = NULL};
    mpg__enter(&before);
    mpg__engine_lock();
    leaving = &waiter;
    check_ended(0);
    mpg__engine_unlock();
    mpg__wait(&waiter);
    mpg__leave(&before);
}
