/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How a host becomes part of a job, and how it leaves.
 *
 * Before main every host computes the layout of its static variables alone;
 * then cards go round: where a host listens, and a fingerprint of everything
 * that must be the same on all.  Whoever sees a difference from host 0 says
 * which, and the job ends.
 */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fatal.h"
#include "base/zeros.h"
#include "boot/boot.h"
#include "engine_internal.h"
#include "explain.h"
#include "millipage.h"
#include "net/net.h"
#include "signals.h"

_Atomic bool mpg__engine_is_started;
uint64_t (*mpg__layout_check)(void);

#define ID_MAX   64
#define TEXT_MAX 3072

/* Everything in it is compared with host 0's but `place`. */
struct card {
    struct mpg__net_place place; /* first: see card_bytes */
    char version[16];
    char program_id[ID_MAX]; /* build-ids, in hexadecimal */
    char library_id[ID_MAX];
    uint64_t program_address;
    uint64_t library_address;
    uint64_t layout;
    char options[TEXT_MAX]; /* cluster-wide ones, lines "NAME=value" */
};
_Static_assert(sizeof(struct card) <= MPG_BOOT_CARD_MAX, "it must fit");

static struct mpg__boot_self self;
static unsigned hosts_per_core;
static bool is_finished;
static _Atomic bool is_over; /* every host has left main */

/* Finding out what this host runs. */

struct object {
    char id[ID_MAX];
    uint64_t address;
};

static void note_build_id(const struct dl_phdr_info *info, const char *at,
                          size_t bytes, char *id)
{
    (void)info;
    while (bytes >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)at;
        size_t name = (note->n_namesz + 3u) & ~3u;
        size_t size = sizeof *note + name + ((note->n_descsz + 3u) & ~3u);
        if (size > bytes)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4) {
            const unsigned char *text =
                (const void *)(at + sizeof *note + name);
            for (unsigned i = 0; i < note->n_descsz && 2 * i + 2 < ID_MAX; i++)
                snprintf(id + (size_t)2 * i, 3, "%02x", text[i]);
            return;
        }
        at += size;
        bytes -= size;
    }
}

static void describe(const struct dl_phdr_info *info, struct object *object)
{
    object->address = info->dlpi_addr;
    snprintf(object->id, ID_MAX, "none");
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            note_build_id(info,
                          (const char *)info->dlpi_addr +
                              info->dlpi_phdr[i].p_vaddr,
                          info->dlpi_phdr[i].p_memsz, object->id);
}

struct objects {
    struct object program, library;
    int seen;
};

static bool covers(const struct dl_phdr_info *info, const void *address)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD &&
            (uintptr_t)address - start < info->dlpi_phdr[i].p_memsz)
            return true;
    }
    return false;
}

static int each_object(struct dl_phdr_info *info, size_t size, void *context)
{
    struct objects *objects = context;
    (void)size;
    if (objects->seen++ == 0)
        describe(info, &objects->program);
    if (covers(info, &mpg__engine))
        describe(info, &objects->library);
    return 0;
}

static void fill_card(struct card *card)
{
    struct objects objects;
    memset(card, 0, sizeof *card);
    memset(&objects, 0, sizeof objects);
    dl_iterate_phdr(each_object, &objects);
    snprintf(card->version, sizeof card->version, "%d.%d.%d", MPG_VERSION_MAJOR,
             MPG_VERSION_MINOR, MPG_VERSION_PATCH);
    memcpy(card->program_id, objects.program.id, ID_MAX);
    memcpy(card->library_id, objects.library.id, ID_MAX);
    card->program_address = objects.program.address;
    card->library_address = objects.library.address;
    card->layout = mpg__layout_check ? mpg__layout_check() : 0;
    mpg__config_fingerprint(card->options, sizeof card->options);
    mpg__net_listen(self.address, &card->place);
}

/* Comparing. */

static void same_text(const char *what, const char *mine, const char *first)
{
    if (strcmp(mine, first))
        mpg__fatal("%s differs: %s here, %s on host 0", what, mine, first);
}

/* Options are lines in one order: the first that differs is named. */
static void same_options(const char *mine, const char *first)
{
    while (*mine && *first) {
        size_t length = strcspn(mine, "\n"), other = strcspn(first, "\n");
        if (length != other || memcmp(mine, first, length)) {
            char here[160], there[160];
            snprintf(here, sizeof here, "%.*s", (int)length, mine);
            snprintf(there, sizeof there, "%.*s", (int)other, first);
            mpg__fatal("a cluster-wide option differs: %s here, %s on host 0",
                       here, there);
        }
        mine += length + (mine[length] != 0);
        first += other + (first[other] != 0);
    }
}

static void compare(const struct card *mine, const struct card *first)
{
    same_text("the version of libmillipage", mine->version, first->version);
    same_text("the program (its build-id)", mine->program_id,
              first->program_id);
    same_text("libmillipage.so (its build-id)", mine->library_id,
              first->library_id);
    same_options(mine->options, first->options);
    if (mine->layout != first->layout)
        mpg__fatal("the layout of shared variables differs from host 0's: do "
                   "all hosts load the same libraries?");
    if (mine->program_address != first->program_address ||
        mine->library_address != first->library_address)
        mpg__fatal("the program or libmillipage.so is at another address than "
                   "on host 0: start hosts without address space "
                   "randomisation, as millirun does");
}

/* Joining. */

void mpg__engine_lost(unsigned host, const char *how)
{
    /* When the process has died the launcher knows more than we do, and will
     * end us presently; give it the first word.  Or the others have heard
     * before us that everybody is done. */
    for (int i = 0; i < 10 && mpg__boot_fd() >= 0 && !atomic_load(&is_over);
         i++) {
        usleep(100000);
        mpg__ends_take(); /* It may be this thread that would. */
    }
    if (!atomic_load(&is_over))
        mpg__fatal("lost host %u: %s", host, how);
}

static void report_choice(void)
{
    if (mpg__config.info && self.host == 0)
        mpg__warn("%d hosts, %d on this machine; backend %s; %llu bytes of "
                  "memory, up to %u views",
                  self.hosts, self.local_hosts, mpg__vm.why,
                  (unsigned long long)mpg__vm.bytes, mpg__vm.views_max);
}

/* Of hosts other than 0 only the place is of interest: what every host gets
 * to read grows with the number of hosts. */
static uint32_t card_bytes(int host)
{
    return host ? sizeof(struct mpg__net_place) : sizeof(struct card);
}

static void connect_hosts(void)
{
    static struct mpg__net_place places[MPG_BOOT_HOSTS_MAX];
    static struct mpg__net_config net;
    static const void *cards[MPG_BOOT_HOSTS_MAX];
    static uint32_t lengths[MPG_BOOT_HOSTS_MAX];
    static struct card card, first;
    const size_t alike = offsetof(struct card, version);
    fill_card(&card);
    mpg__boot_exchange(&card, card_bytes(self.host), cards, lengths);
    for (int host = 0; host < self.hosts; host++) {
        if (lengths[host] != card_bytes(host))
            mpg__fatal("host %d runs another version of libmillipage", host);
        memcpy(&places[host], cards[host], sizeof places[host]);
    }
    memcpy(&first, cards[0], sizeof first);
    compare(&card, &first);
    net = (struct mpg__net_config){.self = (unsigned)self.host,
                                   .hosts = (unsigned)self.hosts,
                                   .places = places,
                                   .secret = self.secret,
                                   .alike = (char *)&card + alike,
                                   .alike_bytes = sizeof card - alike,
                                   .connect_ms = mpg__config.connect_ms,
                                   .lost_ms = mpg__config.lost_ms,
                                   .encrypt = mpg__config.encrypt,
                                   .place = mpg__engine_place,
                                   .is_hole = mpg__vm_is_hole,
                                   .store = mpg__vm_store,
                                   .deliver = mpg__engine_deliver,
                                   .lost = mpg__engine_lost};
    mpg__net_start(&net);
}

unsigned mpg__local_hosts(void)
{
    return (unsigned)self.local_hosts;
}

void mpg__engine_start(void)
{
    static mpg__mutex once;
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__mutex_lock(&once);
    if (!atomic_load(&mpg__engine_is_started)) {
        connect_hosts();
        mpg__wait_start(hosts_per_core);
        mpg__alone_start();
        mpg__server_start();
        report_choice();
        atomic_store(&mpg__engine_is_started, true);
    }
    mpg__mutex_unlock(&once);
    mpg__leave(&before);
}

static void open_node(void)
{
    struct mpg__node *node = &mpg__engine.node;
    uint32_t waits = (uint32_t)self.hosts * MPG_WAITS_OF_A_HOST;
    mpg__node_init(
        node, (unsigned)self.host, (unsigned)self.hosts,
        mpg__zeros("waiting requests", waits * sizeof(struct mpg__wait)),
        waits);
    if (self.hosts > MPG_HOSTSET_BITS)
        mpg__node_give_sharers(
            node,
            mpg__zeros("copy sets",
                       MPG_SHARERS_OF_A_HOST * sizeof(struct mpg__sharers)),
            MPG_SHARERS_OF_A_HOST);
}

/* The first thing of all: who we are, and memory to lay variables out in. */
static void open_engine(void)
{
    mpg__boot_open(&self); /* First: only host 0 warns of odd options. */
    mpg__config_read();
    if (self.hosts > (int)MPG_NET_HOSTS_MAX)
        mpg__fatal("%d hosts are more than %u", self.hosts, MPG_NET_HOSTS_MAX);
    hosts_per_core = mpg__cores_divide((unsigned)self.local_index,
                                       (unsigned)self.local_hosts);
    open_node();
    mpg__vm_start(mpg__config.memory, mpg__config.vm);
    if (*mpg__config.explain)
        mpg__explain_start();
    mpg__fault_start();
    mpg__note_forks();
}

/* Before the constructors of the program and of libraries that use us. */
__attribute__((constructor(102))) static void at_load(void)
{
    open_engine();
}

/* Leaving. */

uint64_t mpg__count_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    uint64_t lines = 0;
    char text[4096];
    size_t got;
    while (maps && (got = fread(text, 1, sizeof text, maps)) > 0)
        for (size_t i = 0; i < got; i++)
            lines += text[i] == '\n';
    if (maps)
        fclose(maps);
    return lines;
}

unsigned mpg__count_connections(void)
{
    return atomic_load(&mpg__engine_is_started) ? mpg__net_count() : 0;
}

struct mpg__counts mpg__counts_now(void)
{
    mpg__engine_lock();
    struct mpg__counts counts = mpg__engine.counts;
    mpg__engine_unlock();
    return counts;
}

static void hand_in_counts(void)
{
    struct mpg__counts counts = mpg__counts_now();
    char text[1024];
    int length = snprintf(
        text, sizeof text,
        "read_faults %llu\nwrite_faults %llu\nmessages_sent %llu\n"
        "bytes_sent %llu\ninvalidations %llu\nminipages %llu\nvmas %llu\n"
        "barriers %llu\nlocks %llu\nviews %u\nconnections %u\n",
        (unsigned long long)counts.read_faults,
        (unsigned long long)counts.write_faults,
        (unsigned long long)counts.messages_sent,
        (unsigned long long)counts.bytes_sent,
        (unsigned long long)counts.invalidations,
        (unsigned long long)counts.minipages,
        (unsigned long long)mpg__count_mappings(),
        (unsigned long long)counts.barriers, (unsigned long long)counts.locks,
        mpg__vm.views_count, mpg__count_connections());
    mpg__boot_stats(text, (size_t)length);
}

void mpg__engine_finish(void)
{
    if (is_finished)
        return;
    is_finished = true;
    mpg__engine_start(); /* A host that never shared anything counts too. */
    mpg__threads_wait();
    fflush(NULL); /* What it wrote should not wait for the others. */
    struct mpg__outside before;
    mpg__enter(&before);
    static const void *cards[MPG_BOOT_HOSTS_MAX];
    static uint32_t lengths[MPG_BOOT_HOSTS_MAX];
    mpg__boot_exchange("", 0, cards, lengths);
    atomic_store(&is_over, true);
    if (mpg__explain_is_on)
        mpg__explain_hand_in();
    hand_in_counts(); /* All is over: nothing will be sent for others now. */
    mpg__engine_lock();
    mpg__net_bye();
    mpg__engine_unlock();
    mpg__leave(&before);
}
