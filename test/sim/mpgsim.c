/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgsim: what the protocol costs on 2 to 4,096 hosts, and whether it is right
 * there.  One seed, one run: the line that is printed on a violation makes it
 * again.
 */
#include "model/mutate.h"
#include "sim.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct sim_config config = {.hosts = 64,
                                   .phases = 4,
                                   .minipages = 8,
                                   .readers = 5,
                                   .sharers = 4096,
                                   .steps_max = 1000000000,
                                   .traced = -1};

static const char *program;

static void say_replay(const struct sim *sim)
{
    const struct sim_config *used = &sim->config;
    fprintf(stderr,
            "replay: %s --hosts %u --seed %llu --workload %s --phases %u "
            "--minipages %u --readers %u --sharers %u --steps %llu%s%s\n",
            program, used->hosts, (unsigned long long)sim->seed,
            workload_names[used->workload], used->phases, used->minipages,
            used->readers, used->sharers, (unsigned long long)used->steps_max,
            used->mutation ? " --mutate " : "",
            used->mutation ? used->mutation : "");
}

/* The first seed to find something tells its line and ends all: the others are
 * threads in the middle of theirs, and a second line would be no one's to
 * replay. */
void sim_end(const struct sim *sim, int status, const char *format, ...)
{
    static pthread_mutex_t end = PTHREAD_MUTEX_INITIALIZER; /* never let go */
    pthread_mutex_lock(&end);
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "mpgsim: ");
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (sim)
        say_replay(sim);
    _Exit(status);
}

/* One simulation. */

static void *zeros(size_t count, size_t bytes)
{
    return sparse_zeros(count * bytes);
}

/* At one home a host stands in line at most MPG_WAITS_PER_HOST times for each
 * request that it may have open: a thread waits for one. */
static size_t waits_of_a_host(const struct sim *sim)
{
    return 1 + MPG_WAITS_PER_HOST * (size_t)sim->config.hosts;
}

static void open_hosts(struct sim *sim)
{
    unsigned hosts = sim->config.hosts;
    size_t waits = waits_of_a_host(sim), sharers = sim->config.sharers + 1;
    sim->host = zeros(hosts, sizeof *sim->host);
    sim->waits = zeros(hosts * waits, sizeof *sim->waits);
    sim->sharers = zeros(hosts * sharers, sizeof *sim->sharers);
    for (unsigned i = 0; i < hosts; i++) {
        struct sim_host *host = &sim->host[i];
        mpg__node_init(&host->node, i, hosts, sim->waits + i * waits,
                       (uint32_t)waits);
        mpg__node_give_sharers(&host->node, sim->sharers + i * sharers,
                               (uint32_t)sharers);
        host->thread.prng.state = sim->seed ^ (uint64_t)(i + 1) << 32;
        network_resume(sim, i, SIM_LATENCY);
    }
}

static void open_sim(struct sim *sim)
{
    sim->prng.state = sim->seed;
    workload_open(sim);
    table_open(&sim->places, sizeof(struct place));
    table_open(&sim->lock_places, sizeof(struct lock_place));
    table_open(&sim->channels, sizeof(struct channel));
    sim->minipage = zeros(sim->minipages, sizeof *sim->minipage);
    sim->lock = zeros(sim->locks, sizeof *sim->lock);
    for (unsigned i = 0; i < sim->locks; i++)
        sim->lock[i].holder = MPG_HOST_NONE;
    open_hosts(sim);
}

static void close_sim(struct sim *sim)
{
    size_t hosts = sim->config.hosts;
    table_close(&sim->places);
    table_close(&sim->lock_places);
    table_close(&sim->channels);
    munmap(sim->minipage, sim->minipages * sizeof *sim->minipage);
    munmap(sim->lock, sim->locks * sizeof *sim->lock);
    munmap(sim->waits, hosts * waits_of_a_host(sim) * sizeof *sim->waits);
    munmap(sim->sharers,
           hosts * (sim->config.sharers + 1) * sizeof *sim->sharers);
    munmap(sim->host, hosts * sizeof *sim->host);
    free(sim->heap);
    free(sim->flight);
}

static void *run(void *context)
{
    struct sim *sim = context;
    sim_now = sim;
    open_sim(sim);
    host_run(sim);
    oracle_end(sim);
    return NULL;
}

/* Seeds side by side: the protocol has no state but what it is given. */
static void run_all(struct report *report)
{
    static struct sim sims[SIM_SEEDS_MAX];
    static pthread_t threads[SIM_SEEDS_MAX];
    for (unsigned i = 0; i < report->seeds; i++) {
        sims[i].config = report->config;
        sims[i].seed = report->first_seed + i;
        if (report->seeds == 1) {
            run(&sims[i]);
        } else if (pthread_create(&threads[i], NULL, run, &sims[i])) {
            sim_end(NULL, MISUSED, "no thread for each of --seeds %u",
                    report->seeds);
        }
    }
    for (unsigned i = 0; i < report->seeds; i++) {
        if (report->seeds > 1)
            pthread_join(threads[i], NULL);
        report_add(report, &sims[i]);
        close_sim(&sims[i]);
    }
}

/* Options. */

static void usage(void)
{
    printf(
        "usage: mpgsim [options]\n"
        "Simulates a job of many hosts through the coherence protocol, checks\n"
        "that every read sees the last write, and says what it cost.\n"
        "  --hosts H        hosts, 1 to %d (%u)\n"
        "  --seed S         decides everything (1)\n"
        "  --seeds N        that seed and the next N - 1 side by side, 1 to "
        "%d\n"
        "  --workload NAME  what programs do (%s):",
        SIM_HOSTS_MAX, config.hosts, SIM_SEEDS_MAX, workload_names[0]);
    for (unsigned i = 0; i < SIM_WORKLOADS; i++)
        printf(" %s", workload_names[i]);
    printf(
        "\n"
        "  --phases P       of the workload, 1 to %d (%u)\n"
        "  --minipages M    homed at each host, 4 to %d (%u)\n"
        "  --readers R      of each minipage, for producer, 1 to %d (%u)\n"
        "  --sharers N      blocks for copy sets at each host, 0 to %d (%u);\n"
        "                   with 0, sets of more than %d hosts are coarse\n"
        "  --steps N        give up after N steps of the protocol (%llu)\n"
        "  --json FILE      the figures, to a file\n"
        "  --trace M        print the steps about minipage M\n"
        "  --mutate NAME    plant a bug; `list' prints their names\n"
        "Status: 0 clean; 1 a violation, and the line that replays it; 2 not\n"
        "finished within the limits, or a mistake in the options.\n",
        SIM_PHASES_MAX, config.phases, SIM_MINIPAGES_MAX, config.minipages,
        SIM_READERS_MAX, config.readers, SIM_SHARERS_MAX, config.sharers,
        MPG_HOSTSET_NAMES, (unsigned long long)config.steps_max);
}

static uint64_t number_of(const char *option, const char *text, uint64_t least,
                          uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text < '0' || *text > '9' ||
        number < least || number > most) {
        fprintf(stderr, "mpgsim: --%s %s: a number from %llu to %llu, please\n",
                option, text, (unsigned long long)least,
                (unsigned long long)most);
        exit(MISUSED);
    }
    return number;
}

static unsigned workload_of(const char *name)
{
    for (unsigned i = 0; i < SIM_WORKLOADS; i++)
        if (strcmp(name, workload_names[i]) == 0)
            return i;
    fprintf(stderr,
            "mpgsim: --workload %s: there is no such workload; --help "
            "has their names\n",
            name);
    exit(MISUSED);
}

static void plant(const char *name)
{
    struct mutate_world world;
    if (strcmp(name, "list") == 0) {
        mutate_list();
        exit(CLEAN);
    }
    if (!mutate_choose(name, &world)) {
        fprintf(stderr,
                "mpgsim: --mutate %s: there is no such bug; --mutate list "
                "prints the names\n",
                name);
        exit(MISUSED);
    }
    config.mutation = name;
}

enum { HELP = 256 };
static const struct option options[] = {
    {"hosts", 1, NULL, 'h'},   {"seed", 1, NULL, 's'},
    {"seeds", 1, NULL, 'n'},   {"workload", 1, NULL, 'w'},
    {"phases", 1, NULL, 'p'},  {"minipages", 1, NULL, 'm'},
    {"readers", 1, NULL, 'r'}, {"sharers", 1, NULL, 'c'},
    {"steps", 1, NULL, 't'},   {"json", 1, NULL, 'j'},
    {"trace", 1, NULL, 'v'},   {"mutate", 1, NULL, 'u'},
    {"help", 0, NULL, HELP},   {NULL, 0, NULL, 0}};

static void set_option(struct report *report, int option, const char *value)
{
    switch (option) {
    case 'h':
        config.hosts = (unsigned)number_of("hosts", value, 1, SIM_HOSTS_MAX);
        break;
    case 's':
        report->first_seed = number_of("seed", value, 0, UINT64_MAX);
        break;
    case 'n':
        report->seeds = (unsigned)number_of("seeds", value, 1, SIM_SEEDS_MAX);
        break;
    case 'w':
        config.workload = workload_of(value);
        break;
    case 'p':
        config.phases = (unsigned)number_of("phases", value, 1, SIM_PHASES_MAX);
        break;
    case 'm':
        config.minipages =
            (unsigned)number_of("minipages", value, 4, SIM_MINIPAGES_MAX);
        break;
    case 'r':
        config.readers =
            (unsigned)number_of("readers", value, 1, SIM_READERS_MAX);
        break;
    case 'c':
        config.sharers =
            (unsigned)number_of("sharers", value, 0, SIM_SHARERS_MAX);
        break;
    case 't':
        config.steps_max = number_of("steps", value, 1, UINT64_MAX);
        break;
    case 'v':
        config.traced = (int64_t)number_of("trace", value, 0, INT32_MAX);
        break;
    case 'u':
        plant(value);
        break;
    case HELP:
        usage();
        exit(CLEAN);
    default:
        exit(MISUSED); /* getopt has said why. */
    }
}

int main(int argc, char **argv)
{
    static struct report report = {.first_seed = 1, .seeds = 1};
    const char *json = NULL;
    FILE *file = NULL;
    int option;
    program = argv[0];
    argv[0] = "mpgsim"; /* As getopt's messages begin, wherever it lies. */
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == 'j')
            json = optarg;
        else
            set_option(&report, option, optarg);
    if (optind < argc) {
        fprintf(stderr, "mpgsim: what is '%s'?  See --help\n", argv[optind]);
        return MISUSED;
    }
    report.config = config;
    if (json && !(file = fopen(json, "w"))) {
        fprintf(stderr, "mpgsim: --json %s: %s\n", json, strerror(errno));
        return MISUSED;
    }
    run_all(&report);
    report_print(&report);
    if (json && !report_json(&report, file)) {
        fprintf(stderr, "mpgsim: --json %s: %s\n", json, strerror(errno));
        return MISUSED;
    }
    return CLEAN;
}
