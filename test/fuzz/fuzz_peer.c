/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whatever a host sends that has proved that it is one: this host goes on, or
 * ends the job with a reason; it never crashes, never fails an assertion, never
 * sends to a host that is none, and never tells a host of a change of
 * protection, or sends it what that protects, before the change is made.
 *
 * The bytes go through the receiver, the engine and the protocol that ship.
 * Page tables, sockets and threads are not there.  Input:
 *
 *   byte 0     low half: how many actions follow; high bit: this host is 1
 *              and its peer 0, not the other way round
 *   actions    of this host's own threads: what (high half) and about which
 *              minipage or lock (low half)
 *   messages   as they come from the socket; 0xff, which begins none, and an
 *              action may stand between them
 */
#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fatal.h"
#include "engine/engine_internal.h"
#include "engine/explain.h"
#include "net/net_internal.h"
#include "reset.h"

enum {
    HOSTS = 3,
    MEMORY = 1 << 20,
    SLOTS = 4,
    REGIONS = 2,
    WAITERS = 64,
    VIEWS = 64
};
enum { COMPOSED = 8 }; /* beside region and slot */
enum { READ, WRITE, PIN, LOCK, UNLOCK, BARRIER, PUSH, UNPIN, ACTIONS };
#define BETWEEN 0xff

static const uint8_t *input;
static size_t left;
static jmp_buf ended;
static struct mpg__waiter waiters[WAITERS]; /* each stands in a line once */
static unsigned waiters_used;
static unsigned pins[REGIONS * SLOTS];
static struct mpg__connection *peer;
static unsigned long answers; /* that this host has sent, over all inputs */

/* What the runtime is given in place of the real thing. */

struct mpg__config mpg__config = {.compose = 2};
struct mpg__vm mpg__vm;
const struct mpg__net_config *mpg__net_config;
int mpg__fatal_host;
int (*mpg__fatal_channel)(const char *line, size_t bytes);
static char *privileged;

/* What the vpages allow, an enum mpg__access each. */
static uint8_t allowed[(VIEWS + 1) * MEMORY / MPG_PAGE];

static uint8_t *vpage(const char *address)
{
    return &allowed[(size_t)(address - mpg__vm.views) / MPG_PAGE];
}

static void change(char *start, size_t bytes, unsigned from, unsigned to)
{
    uint64_t at = (uint64_t)(start - mpg__vm.views) & (MEMORY - 1);
    if (!bytes || at + bytes > MEMORY)
        abort();
    for (size_t i = 0; i < bytes / MPG_PAGE; i++) {
        if (!(from >> vpage(start)[i] & 1))
            abort();
        vpage(start)[i] = (uint8_t)to;
    }
}

#define CLOSED   (1u << MPG_ACCESS_NONE)
#define READABLE (1u << MPG_ACCESS_READ)
#define WRITABLE (1u << MPG_ACCESS_WRITE)

static void open_read(char *start, size_t bytes)
{
    change(start, bytes, CLOSED, MPG_ACCESS_READ);
}

static void open_write(char *start, size_t bytes)
{
    change(start, bytes, CLOSED, MPG_ACCESS_WRITE);
}

static void upgrade(char *start, size_t bytes)
{
    change(start, bytes, READABLE, MPG_ACCESS_WRITE);
}

static void protect(char *start, size_t bytes)
{
    change(start, bytes, WRITABLE, MPG_ACCESS_READ);
}

static void close_pages(char *start, size_t bytes)
{
    change(start, bytes, READABLE | WRITABLE, MPG_ACCESS_NONE);
}

static const struct mpg__vm_backend backend = {.open_read = open_read,
                                               .open_write = open_write,
                                               .upgrade = upgrade,
                                               .protect = protect,
                                               .close = close_pages};

/* Whether this host's access is down to what the message promises.  From here
 * on any thread may send it. */
static bool keeps_promise(const struct mpg__message *head)
{
    if (head->kind != MPG_MESSAGE_COPY && head->kind != MPG_MESSAGE_TAKE &&
        head->kind != MPG_MESSAGE_GONE)
        return true;
    const struct mpg__region *region = mpg__region_get(head->region);
    unsigned access = *vpage(mpg__slot_address(region, head->slot));
    if (region->composed) { /* The one page of it. */
        unsigned there = *vpage(mpg__vm_composed() + region->layout.offset);
        access = there > access ? there : access;
    }
    return access == MPG_ACCESS_NONE ||
           (access == MPG_ACCESS_READ && head->kind == MPG_MESSAGE_COPY);
}

void mpg__vm_need_views(unsigned count)
{
    if (count > mpg__vm.views_max)
        abort();
}

void mpg__vm_need_composed(void)
{
    mpg__vm.has_composed = true;
}

uint64_t mpg__now_ns(void)
{
    return 0;
}

void mpg__net_send(unsigned host, const struct mpg__message *head,
                   const void *payload)
{
    static volatile char sum;
    if (host >= HOSTS || host == mpg__engine.node.self || !keeps_promise(head))
        abort();
    answers++;
    for (uint32_t i = 0; i < head->bytes; i++)
        sum ^= ((const char *)payload)[i]; /* All of it must be there. */
}

void mpg__net_flush(void)
{
}

/* Then the order would not matter. */
bool mpg__alone(void)
{
    return false;
}

void mpg__alone_no_more(void)
{
}

void mpg__alone_again(void)
{
}

void mpg__fault_abandon(void)
{
}

void mpg__recall(uintptr_t place)
{
    (void)place;
}

bool mpg__publish_asked(uint32_t region, uint32_t slot)
{
    (void)region, (void)slot;
    return false;
}

void mpg__publish_lost(uint32_t region, uint32_t slot)
{
    (void)region, (void)slot;
}

bool mpg__explain_is_on;

void mpg__explain_step(const struct mpg__event *event, unsigned asked)
{
    (void)event;
    (void)asked;
}

void mpg__keep_wanted(uint32_t region, uint32_t slot)
{
    (void)region, (void)slot;
}

void mpg__guard_enter(uint64_t id)
{
    (void)id;
}

void mpg__guard_leave(uint64_t id)
{
    (void)id;
}

void mpg__guard_ask(struct mpg__guard *guard)
{
    (void)guard;
}

void mpg__net_lose(unsigned host, const char *how)
{
    if (host != peer->head.from && !how)
        abort();
    longjmp(ended, 1);
}

void mpg__net_heard_quiet(struct mpg__connection *c)
{
    (void)c;
}

void mpg__net_looked(struct mpg__connection *c, bool is_clean)
{
    if (is_clean && (c->head_got || c->payload_got))
        abort(); /* The rest might be too little to be told of. */
}

long mpg__seal_receive(struct mpg__connection *c, char *to, size_t want)
{
    (void)c, (void)to, (void)want;
    abort();
}

void mpg__waiters_wake(uint32_t region, uint32_t slot)
{
    (void)region, (void)slot;
}

void mpg__waiter_wake(struct mpg__waiter *waiter)
{
    (void)waiter;
}

void mpg__wait(struct mpg__waiter *waiter)
{
    (void)waiter;
    abort(); /* Nothing that a message does may wait. */
}

void mpg__server_call(void)
{
}

void mpg__warn(const char *format, ...)
{
    (void)format;
}

void mpg__fatal(const char *format, ...)
{
    if (!*format)
        abort();
    longjmp(ended, 1);
}

void mpg__assert_fail(const char *condition, const char *file, int line)
{
    (void)condition, (void)file, (void)line;
    abort();
}

size_t mpg__format(char *buffer, size_t bytes, const char *format, ...)
{
    (void)format;
    if (bytes)
        *buffer = 0;
    return 0;
}

static void freed(uint32_t region, uint32_t cell, unsigned by)
{
    const struct mpg__layout *layout = &mpg__region_get(region)->layout;
    if (cell >= layout->slots * mpg__slot_cells(layout) || by >= HOSTS)
        abort();
}

static uint64_t size_of(uint32_t region, uint32_t cell)
{
    return mpg__cell_bytes(&mpg__region_get(region)->layout) * cell;
}

/* In place of libc's: the receiver reads the input, up to where this host does
 * something. */
ssize_t recv(int fd, void *to, size_t want, int flags)
{
    (void)fd, (void)flags;
    if (!left) {
        errno = EAGAIN;
        return -1;
    }
    size_t most = want < left ? want : left;
    const uint8_t *between = memchr(input + 1, BETWEEN, left - 1);
    if (between && (size_t)(between - input) < most)
        most = (size_t)(between - input);
    memcpy(to, input, most);
    input += most;
    left -= most;
    return (ssize_t)most;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    size_t got = 0;
    (void)fd, (void)flags;
    if (!left) {
        errno = EAGAIN;
        return -1;
    }
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        const struct iovec *part = &message->msg_iov[i];
        size_t some = part->iov_len < left ? part->iov_len : left;
        memcpy(part->iov_base, input, some);
        input += some;
        left -= some;
        got += some;
    }
    return (ssize_t)got;
}

/* This host's own threads. */

/* A thread faults there in the composed view, or in the minipage's own. */
static void reach(uint32_t region, uint32_t slot, unsigned action)
{
    bool wants = action >> 4 == READ || action >> 4 == WRITE;
    if (!(action & COMPOSED))
        mpg__composed_show(region, slot);
    else if (wants)
        mpg__composed_hide(region, slot);
    else if (mpg__region_get(region)->composed)
        mpg__composed_open(region, 0);
}

static void act(unsigned action)
{
    uint32_t region = (action >> 2 & 1), slot = action & 3;
    unsigned *pinned = &pins[region * SLOTS + slot];
    mpg__engine_lock();
    reach(region, slot, action);
    switch (action >> 4) {
    case READ:
        mpg__step_copy(MPG_EVENT_WANT, region, slot, MPG_ACCESS_READ);
        break;
    case WRITE:
        mpg__step_copy(MPG_EVENT_WANT, region, slot, MPG_ACCESS_WRITE);
        break;
    case PIN:
        ++*pinned;
        mpg__step_copy(MPG_EVENT_PIN, region, slot, MPG_ACCESS_NONE);
        break;
    case UNPIN:
        if (*pinned)
            mpg__step_copy(MPG_EVENT_UNPIN, region, slot, MPG_ACCESS_NONE);
        *pinned -= *pinned > 0;
        break;
    case LOCK:
        if (waiters_used < WAITERS)
            mpg__lock_ask(action & 3, &waiters[waiters_used++]);
        break;
    case UNLOCK:
        mpg__lock_give_back(action & 3);
        break;
    case BARRIER:
        if (!mpg__engine.barrier.is_here)
            mpg__step_barrier();
        break;
    case PUSH:
        mpg__step_copy(MPG_EVENT_PUSH, region, slot, MPG_ACCESS_NONE);
        break;
    default:
        break;
    }
    mpg__engine_unlock();
}

static void open_host(unsigned self)
{
    static struct mpg__wait waits[64];
    memset(waits, 0, sizeof waits);
    memset(pins, 0, sizeof pins);
    memset(allowed, 0, sizeof allowed);
    waiters_used = 0;
    mpg__node_init(&mpg__engine.node, self, HOSTS, waits, 64);
    for (unsigned region = 0; region < REGIONS; region++) {
        struct mpg__layout layout = {.offset = mpg__region_end(),
                                     .slot_bytes = region ? 4096 : 64,
                                     .slots = SLOTS,
                                     .views = region ? 1 : 4,
                                     .homes = MPG_HOMES_CYCLIC,
                                     .is_heap = 1,
                                     .maker = (uint16_t)self,
                                     .cell_bytes = region ? 48 : 0};
        mpg__region_add(&layout);
    }
}

/* Every other page has its bytes together with those next to them. */
static bool is_hole(const char *to, size_t bytes)
{
    if (to < privileged || bytes > (size_t)(privileged + MEMORY - to))
        abort();
    return (size_t)(to - privileged) / MPG_PAGE % 2;
}

static void store(char *to, const struct iovec *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
}

void mpg__vm_make(const char *place, size_t bytes)
{
    (void)place, (void)bytes;
}

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* Does a message of the input come through?  The receiver may have found a way
 * past us; then nothing that follows would mean anything. */
static void check_sight(void)
{
    struct mpg__message request = {
        .kind = MPG_MESSAGE_READ_REQUEST, .from = 1, .requester = 1};
    uint8_t bytes[1 + sizeof request] = {0};
    memcpy(bytes + 1, &request, sizeof request);
    answers = 0;
    LLVMFuzzerTestOneInput(bytes, sizeof bytes);
    if (!answers)
        abort();
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    static struct mpg__net_config config = {.hosts = HOSTS,
                                            .place = mpg__engine_place,
                                            .is_hole = is_hole,
                                            .store = store,
                                            .deliver = mpg__engine_deliver};
    (void)count, (void)arguments;
    privileged = calloc(1, MEMORY);
    peer = calloc(1, sizeof *peer);
    mpg__net_config = &config;
    mpg__vm = (struct mpg__vm){.backend = &backend,
                               .privileged = privileged,
                               .views = MPG_VM_BASE + MEMORY,
                               .bytes = MEMORY,
                               .stride = MEMORY,
                               .views_count = VIEWS,
                               .views_max = VIEWS};
    mpg__services.freed = freed;
    mpg__services.size = size_of;
    if (!privileged || !peer)
        return 1;
    reset_keep();
    check_sight();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (!count)
        return 0;
    unsigned actions = bytes[0] & 15, self = bytes[0] >> 7;
    input = bytes + 1;
    left = count - 1;
    reset_now();
    memset(peer, 0, sizeof *peer);
    open_host(self);
    if (!setjmp(ended)) {
        for (; actions && left; actions--, left--)
            act(*input++);
        while (left) {
            if (*input == BETWEEN && !peer->head_got && left > 1) {
                act(input[1]);
                input += 2;
                left -= 2;
            } else {
                mpg__net_receive(1 - self, peer);
            }
        }
    }
    return 0;
}
