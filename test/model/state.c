/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The state, packed into bytes and told apart from others.
 *
 * Packed is whatever can make a difference.  What the protocol says is
 * meaningless at the moment (the answers of a write that is not asked for, the
 * requester of a command that is not deferred) is left out, and rubbish when
 * it is unpacked, so that a use of it shows.  The pool of waiting requests is
 * packed as the queues that are in it.
 */
#include "model.h"

#include <string.h>

#define RUBBISH 0xee

static struct renaming renamings[RENAMINGS_MAX];
static unsigned renamings_count;

/* Packing. */

struct packer {
    struct packed *out;
    const struct state *state;
    const struct renaming *names;
};

static void put(struct packer *packer, unsigned byte)
{
    if (byte > 0xff)
        model_fail("a number too large for its place in a packed state");
    packer->out->byte[packer->out->bytes++] = (uint8_t)byte;
}

static unsigned host_named(const struct packer *packer, unsigned host)
{
    return host < model.hosts ? packer->names->new_host[host] : host & 0xf;
}

struct mpg__hostsets host_sets(const struct model_host *host)
{
    struct mpg__hostsets sets = host->node.sets;
    sets.blocks = (struct mpg__sharers *)host->sharers; /* To be read only. */
    return sets;
}

bool host_has_copy(const struct model_host *host, unsigned minipage,
                   unsigned other)
{
    const struct mpg__home *home = &host->home[minipage];
    struct mpg__hostsets sets = host_sets(host);
    return mpg__hostset_has(
        &sets, (struct mpg__hostset){home->copies, home->copies_tag}, other);
}

/* Who is in the copy set. */
static unsigned sharers_of(const struct model_host *host, unsigned minipage)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < model.hosts; i++)
        if (host_has_copy(host, minipage, i))
            bits |= 1u << i;
    return bits;
}

static unsigned set_named(const struct packer *packer, uint64_t set)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < model.hosts; i++)
        if (set >> packer->names->host[i] & 1)
            bits |= 1u << i;
    return bits;
}

static bool is_for_somebody(const struct flight *flight)
{
    switch (flight->kind) {
    case MPG_MESSAGE_SUPPLY_READ:
    case MPG_MESSAGE_SUPPLY_WRITE:
    case MPG_MESSAGE_INVALIDATE:
    case MPG_MESSAGE_GRANT_READ:
    case MPG_MESSAGE_GRANT_WRITE:
    case MPG_MESSAGE_COPY:
    case MPG_MESSAGE_TAKE:
    case MPG_MESSAGE_GONE:
    case MPG_MESSAGE_LOCK_NEXT:
    case MPG_MESSAGE_LOCK_TOKEN:
        return true;
    default:
        return false; /* Its requester is 0 and means nothing. */
    }
}

static void put_flight(struct packer *packer, const struct flight *flight)
{
    bool is_about_minipage = flight->kind <= MPG_MESSAGE_DONE;
    put(packer, flight->kind);
    put(packer, flight->flags | flight->has_data << 4 |
                    flight->is_current << 5 | flight->is_landing << 7);
    put(packer, is_about_minipage ? packer->names->new_minipage[flight->slot]
                                  : flight->slot);
    unsigned requester = is_for_somebody(flight)
                             ? host_named(packer, flight->requester)
                             : flight->requester;
    put(packer, requester << 4 | flight->need);
    put(packer, flight->kind == MPG_MESSAGE_SUPPLY_PUSH
                    ? set_named(packer, flight->arg)
                    : flight->arg);
}

static void put_copy(struct packer *packer, const struct model_host *host,
                     unsigned minipage)
{
    const struct mpg__copy *copy = &host->copy[minipage];
    put(packer, copy->access | copy->asked << 2 |
                    (copy->answered & MPG_FLAG_CLOSER_REQUESTER) << 4 |
                    (copy->answered >> 7) << 5 | (copy->deferred != 0) << 6);
    put(packer, host->page[minipage] | host->is_current[minipage] << 2 |
                    host->asking[minipage] << 3 | copy->pins << 5);
    if (copy->asked == MPG_ACCESS_WRITE)
        put(packer, (unsigned)copy->need << 4 | copy->got);
    if (copy->deferred) {
        put(packer, copy->deferred);
        put(packer, copy->deferred_flags);
        put(packer, host_named(packer, copy->deferred_requester) << 4 |
                        copy->deferred_need);
    }
}

static void put_home(struct packer *packer, const struct model_host *host,
                     unsigned minipage)
{
    const struct mpg__home *home = &host->home[minipage];
    uint32_t index = home->queue_head;
    put(packer, home->state | home->is_touched << 2 | home->is_exclusive << 3 |
                    home->reads << 4);
    put(packer, set_named(packer, sharers_of(host, minipage)) << 4 |
                    (home->is_touched ? host_named(packer, home->owner) : 0));
    if (model.hosts > MPG_HOSTSET_BITS)
        put(packer, home->copies_tag);
    while (index) {
        put(packer, (unsigned)host->waits[index].kind << 4 |
                        host_named(packer, host->waits[index].host));
        index = host->waits[index].next;
    }
    put(packer, 0xff);
}

static void put_lock(struct packer *packer, const struct model_host *host,
                     unsigned number)
{
    const struct mpg__lock *lock = &host->lock[number];
    put(packer, lock->is_known | lock->is_here << 1 | lock->is_held << 2 |
                    lock->is_asked << 3 | lock->waiting << 4 | lock->late << 6);
    if (lock->is_known)
        put(packer, host_named(packer, lock->successor) << 4 |
                        host_named(packer, lock->tail));
    put(packer, host->in_front[number]);
}

static void put_host(struct packer *packer, const struct model_host *host)
{
    for (unsigned i = 0; i < model.minipages; i++)
        put_copy(packer, host, packer->names->minipage[i]);
    for (unsigned i = 0; i < model.locks; i++)
        put_lock(packer, host, i);
    put(packer, host->barrier.round << 4 | host->barrier.children << 2 |
                    host->barrier.is_other_here << 1 | host->barrier.is_here);
    put(packer, (unsigned)host->arrivals << 4 | host->releases);
    for (unsigned i = 0; i < model.threads; i++) {
        const struct model_thread *thread = &host->thread[i];
        bool is_at_minipage =
            thread->state >= THREAD_WAITS && thread->state <= THREAD_STEPS;
        put(packer, thread->state | thread->access << 3 |
                        thread->is_repeated << 5 | thread->held << 6);
        put(packer,
            thread->rank << 4 |
                (is_at_minipage ? packer->names->new_minipage[thread->slot]
                                : thread->slot));
    }
}

/* Reads next to each other are served together: their order does not count. */
static void put_line(struct packer *packer, const struct line *line)
{
    for (unsigned i = 0; i < line->count;) {
        unsigned readers = 0;
        for (; i < line->count && line->entry[i].access == MPG_ACCESS_READ; i++)
            readers |= 1u << host_named(packer, line->entry[i].host);
        if (readers)
            put(packer, readers);
        else
            put(packer, 0x80 | host_named(packer, line->entry[i++].host));
    }
    put(packer, line->is_pushed ? 0x7f : 0);
}

static void pack(struct packer *packer)
{
    const struct state *state = packer->state;
    const uint8_t *host = packer->names->host;
    unsigned hosts = model.hosts;
    packer->out->bytes = 0;
    for (unsigned i = 0; i < hosts; i++) /* first: see packed_is_same_... */
        put(packer, state->host[host[i]].budget);
    for (unsigned i = 0; i < hosts; i++)
        put_host(packer, &state->host[host[i]]);
    for (unsigned i = 0; i < model.minipages; i++) {
        unsigned minipage = packer->names->minipage[i];
        put_home(packer, &state->host[minipage_home(minipage)], minipage);
        put_line(packer, &state->line[minipage]);
    }
    for (unsigned i = 0; i < model.locks; i++)
        put_line(packer, &state->lock_line[i]);
    for (unsigned i = 0; i < hosts; i++)
        for (unsigned k = 0; k < hosts; k++) {
            const struct channel *channel = &state->channel[host[i]][host[k]];
            if (i == k)
                continue;
            put(packer, channel->count);
            for (unsigned n = 0; n < channel->count; n++)
                put_flight(packer, &channel->flight[n]);
        }
}

void state_pack(const struct state *state, struct packed *out)
{
    struct packer packer = {out, state, &renamings[0]};
    pack(&packer);
}

bool packed_is_same_but_budget(const struct packed *a, const struct packed *b)
{
    return a->bytes == b->bytes &&
           memcmp(a->byte + model.hosts, b->byte + model.hosts,
                  a->bytes - model.hosts) == 0;
}

/* Unpacking. */

static unsigned get(const uint8_t **bytes)
{
    return *(*bytes)++;
}

static uint16_t whole_host(unsigned host)
{
    return host < model.hosts ? (uint16_t)host : MPG_HOST_NONE;
}

static void get_copy(const uint8_t **bytes, struct model_host *host,
                     unsigned minipage)
{
    struct mpg__copy *copy = &host->copy[minipage];
    unsigned byte = get(bytes);
    memset(copy, RUBBISH, sizeof *copy);
    copy->access = byte & 3;
    copy->asked = byte >> 2 & 3;
    copy->answered = (uint8_t)((byte >> 4 & 1) | (byte >> 5 & 1) << 7);
    copy->deferred = byte >> 6 & 1;
    byte = get(bytes);
    host->page[minipage] = byte & 3;
    host->is_current[minipage] = byte >> 2 & 1;
    host->asking[minipage] = byte >> 3 & 3;
    copy->pins = (uint16_t)(byte >> 5);
    if (copy->asked == MPG_ACCESS_WRITE) {
        byte = get(bytes);
        copy->need = byte >> 4;
        copy->got = byte & 0xf;
    }
    if (copy->deferred) {
        copy->deferred = (uint8_t)get(bytes);
        copy->deferred_flags = (uint8_t)get(bytes);
        byte = get(bytes);
        copy->deferred_requester = byte >> 4;
        copy->deferred_need = byte & 0xf;
    }
}

/* The same hosts in the same form.  In which order they came does not matter,
 * nor which blocks they are in, only how many (those of all entries of the
 * host were enough before). */
static void get_copies(const uint8_t **bytes, unsigned hosts,
                       struct model_host *host, struct mpg__home *home)
{
    unsigned tag = model.hosts > MPG_HOSTSET_BITS ? get(bytes) : 0;
    struct mpg__hostset set = {0, 0};
    if (tag == MPG_HOSTSET_GROUPS)
        set.tag = MPG_HOSTSET_GROUPS;
    for (unsigned i = 0; i < model.hosts; i++)
        if (hosts >> i & 1)
            set = mpg__hostset_add(&host->node.sets, set, i);
    home->copies = set.bits;
    home->copies_tag = set.tag;
}

static void get_home(const uint8_t **bytes, struct model_host *host,
                     unsigned minipage)
{
    struct mpg__home *home = &host->home[minipage];
    unsigned byte = get(bytes);
    memset(home, 0, sizeof *home);
    home->state = byte & 3;
    home->is_touched = byte >> 2 & 1;
    home->is_exclusive = byte >> 3 & 1;
    home->reads = (uint16_t)(byte >> 4);
    byte = get(bytes);
    home->owner = home->is_touched ? byte & 0xf : RUBBISH;
    get_copies(bytes, byte >> 4, host, home);
    while ((byte = get(bytes)) != 0xff) {
        uint32_t index = host->waits[0].next++;
        host->waits[index] = (struct mpg__wait){.kind = (uint8_t)(byte >> 4),
                                                .host = byte & 0xf};
        if (home->queue_tail)
            host->waits[home->queue_tail].next = index;
        else
            home->queue_head = index;
        home->queue_tail = index;
    }
}

static void get_lock(const uint8_t **bytes, struct model_host *host,
                     unsigned number)
{
    struct mpg__lock *lock = &host->lock[number];
    unsigned byte = get(bytes);
    memset(lock, 0, sizeof *lock);
    lock->is_known = byte & 1;
    lock->is_here = byte >> 1 & 1;
    lock->is_held = byte >> 2 & 1;
    lock->is_asked = byte >> 3 & 1;
    lock->waiting = byte >> 4 & 3;
    lock->late = byte >> 6;
    if (lock->is_known) {
        byte = get(bytes);
        lock->successor = whole_host(byte >> 4);
        lock->tail = whole_host(byte & 0xf);
    }
    host->in_front[number] = (uint8_t)get(bytes);
}

static void get_host(const uint8_t **bytes, struct model_host *host)
{
    for (unsigned i = 0; i < model.minipages; i++)
        get_copy(bytes, host, i);
    for (unsigned i = 0; i < model.locks; i++)
        get_lock(bytes, host, i);
    unsigned byte = get(bytes);
    host->barrier = (struct mpg__barrier){.round = byte >> 4,
                                          .children = byte >> 2 & 3,
                                          .is_other_here = byte >> 1 & 1,
                                          .is_here = byte & 1};
    byte = get(bytes);
    host->arrivals = (uint8_t)(byte >> 4);
    host->releases = byte & 0xf;
    for (unsigned i = 0; i < model.threads; i++) {
        struct model_thread *thread = &host->thread[i];
        byte = get(bytes);
        thread->state = byte & 7;
        thread->access = byte >> 3 & 3;
        thread->is_repeated = byte >> 5 & 1;
        thread->held = (uint8_t)(byte >> 6);
        byte = get(bytes);
        thread->rank = (uint8_t)(byte >> 4);
        thread->slot = byte & 0xf;
    }
}

static void get_line(const uint8_t **bytes, struct line *line)
{
    unsigned byte;
    line->count = 0;
    while ((byte = get(bytes)) != 0 && byte != 0x7f) {
        unsigned access = byte & 0x80 ? MPG_ACCESS_WRITE : MPG_ACCESS_READ;
        unsigned hosts = byte & 0x80 ? 1u << (byte & 0xf) : byte;
        for (unsigned i = 0; i < model.hosts; i++)
            if (hosts >> i & 1) {
                line->entry[line->count].host = (uint8_t)i;
                line->entry[line->count++].access = (uint8_t)access;
            }
    }
    line->is_pushed = byte != 0;
}

static void get_flight(const uint8_t **bytes, struct flight *flight)
{
    flight->kind = (uint8_t)get(bytes);
    unsigned byte = get(bytes);
    flight->flags = byte & 0xf;
    flight->has_data = byte >> 4 & 1;
    flight->is_current = byte >> 5 & 1;
    flight->is_landing = byte >> 7 & 1;
    flight->slot = (uint8_t)get(bytes);
    byte = get(bytes);
    flight->requester = (uint8_t)(byte >> 4);
    flight->need = byte & 0xf;
    flight->arg = (uint8_t)get(bytes);
}

static void open_node(struct model_host *host, unsigned number)
{
    mpg__node_init(&host->node, number, model.hosts, host->waits,
                   1 + model.minipages *
                           (MPG_WAITS_PER_HOST * model.hosts + 1));
    mpg__node_give_sharers(&host->node, host->sharers, 1 + model.sharers);
}

void state_unpack(struct state *state, const uint8_t *bytes)
{
    for (unsigned i = 0; i < model.hosts; i++)
        state->host[i].budget = (uint8_t)get(&bytes);
    for (unsigned i = 0; i < model.hosts; i++) {
        get_host(&bytes, &state->host[i]);
        open_node(&state->host[i], i);
    }
    for (unsigned i = 0; i < model.minipages; i++) {
        get_home(&bytes, &state->host[minipage_home(i)], i);
        get_line(&bytes, &state->line[i]);
    }
    for (unsigned i = 0; i < model.locks; i++)
        get_line(&bytes, &state->lock_line[i]);
    for (unsigned i = 0; i < model.hosts; i++)
        for (unsigned k = 0; k < model.hosts; k++) {
            struct channel *channel = &state->channel[i][k];
            if (i == k)
                continue;
            channel->count = (uint8_t)get(&bytes);
            for (unsigned n = 0; n < channel->count; n++)
                get_flight(&bytes, &channel->flight[n]);
        }
}

void state_open(struct state *state)
{
    memset(state, 0, sizeof *state);
    for (unsigned i = 0; i < model.hosts; i++) {
        struct model_host *host = &state->host[i];
        open_node(host, i);
        host->budget = (uint8_t)model.ops;
        for (unsigned k = 0; k < model.minipages; k++)
            host->is_current[k] = 1;
    }
}

/* Telling apart. */

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static struct hash hash_bytes(struct packed *packed)
{
    struct hash hash = {UINT64_C(0x9e3779b97f4a7c15), packed->bytes};
    memset(packed->byte + packed->bytes, 0, 8);
    for (uint32_t i = 0; i < packed->bytes; i += 8) {
        uint64_t word;
        memcpy(&word, packed->byte + i, 8);
        hash.high = mix(hash.high ^ word, UINT64_C(0xa0761d6478bd642f));
        hash.low = mix(hash.low + word, UINT64_C(0xe7037ed1a0b428db)) + i;
    }
    hash.high = mix(hash.high ^ UINT64_C(0x8ebc6af09c88c6e3),
                    UINT64_C(0x589965cc75374cc3));
    hash.low = mix(hash.low ^ UINT64_C(0x1d8e4e27c47d124f),
                   UINT64_C(0xeb44accab455d165));
    return hash;
}

struct hash state_hash(const struct state *state)
{
    struct hash least = {UINT64_MAX, UINT64_MAX};
    static struct packed packed;
    for (unsigned i = 0; i < renamings_count; i++) {
        struct packer packer = {&packed, state, &renamings[i]};
        pack(&packer);
        struct hash hash = hash_bytes(&packed);
        if (hash.high < least.high ||
            (hash.high == least.high && hash.low < least.low))
            least = hash;
    }
    return least;
}

unsigned state_symmetries(void)
{
    renamings_count = renamings_find(renamings);
    return renamings_count;
}
