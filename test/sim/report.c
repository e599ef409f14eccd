/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a simulation cost.  Hosts carry what they send and what they receive.
 */
#include "sim.h"

#include <stdio.h>
#include <string.h>

/* What the protocol keeps at a host, as far as it was ever touched. */
static uint64_t bytes_of(const struct sim_host *host)
{
    return sizeof host->node + sizeof host->barrier +
           host->places * sizeof(struct mpg__copy) +
           host->homes * sizeof(struct mpg__home) +
           host->locks * sizeof(struct mpg__lock) +
           host->node.waits[0].next * sizeof(struct mpg__wait) +
           host->node.sets.used * sizeof(struct mpg__sharers);
}

static void add_hosts(struct report *report, const struct sim *sim)
{
    uint64_t messages = 0, most = 0, bytes = 0, peers = 0;
    unsigned busiest = 0, hosts = sim->config.hosts;
    for (unsigned i = 0; i < hosts; i++) {
        const struct sim_host *host = &sim->host[i];
        uint64_t carried = host->sent + host->received;
        messages += carried;
        if (carried > most) {
            most = carried;
            busiest = i;
        }
        bytes += bytes_of(host);
        if (bytes_of(host) > report->bytes_most)
            report->bytes_most = bytes_of(host);
        peers += host->peers;
        if (host->peers > report->peers_most)
            report->peers_most = host->peers;
    }
    double ratio = messages ? (double)most * hosts / (double)messages : 1;
    if (ratio > report->busiest_over_mean) {
        report->busiest_over_mean = ratio;
        report->busiest = busiest;
        report->busiest_messages = most;
    }
    report->bytes_mean += (double)bytes / hosts / report->seeds;
    report->peers_mean += (double)peers / hosts / report->seeds;
}

void report_add(struct report *report, const struct sim *sim)
{
    struct sim_counts *sum = &report->counts;
    sum->steps += sim->counts.steps;
    sum->accesses += sim->counts.accesses;
    sum->with_data += sim->counts.with_data;
    for (unsigned i = 0; i < SIM_CAUSES; i++) {
        sum->done[i] += sim->counts.done[i];
        sum->messages[i] += sim->counts.messages[i];
    }
    add_hosts(report, sim);
}

static const struct {
    const char *name, *word;
} rows[SIM_CAUSES] = {[CAUSE_READ] = {"read_fault", "read fault"},
                      [CAUSE_WRITE] = {"write_fault", "write fault"},
                      [CAUSE_LOCK] = {"lock", "lock taken"},
                      [CAUSE_BARRIER] = {"barrier", "barrier, a host"}};

static double each(const struct report *report, unsigned cause)
{
    const struct sim_counts *counts = &report->counts;
    return (double)counts->messages[cause] / (double)counts->done[cause];
}

void report_print(const struct report *report)
{
    const struct sim_config *config = &report->config;
    const struct sim_counts *counts = &report->counts;
    printf("%u hosts, %s, %u phases, %u minipages a host", config->hosts,
           workload_names[config->workload], config->phases, config->minipages);
    if (config->workload == SIM_PRODUCER)
        printf(", %u readers", config->readers);
    printf("; seed %llu", (unsigned long long)report->first_seed);
    if (report->seeds > 1)
        printf(" and the next %u", report->seeds - 1);
    printf("\n%-18s %12s %12s %14s\n", "", "count", "messages",
           "messages each");
    for (unsigned i = 0; i < SIM_CAUSES; i++) {
        printf("%-18s %12llu %12llu", rows[i].word,
               (unsigned long long)counts->done[i],
               (unsigned long long)counts->messages[i]);
        if (counts->done[i])
            printf(" %14.3f\n", each(report, i));
        else
            printf(" %14s\n", "-");
    }
    printf("busiest host       %12.3f times the mean: host %u, %llu sent and "
           "received\n",
           report->busiest_over_mean, report->busiest,
           (unsigned long long)report->busiest_messages);
    printf("memory, a host     %12.0f bytes; most: %llu\n", report->bytes_mean,
           (unsigned long long)report->bytes_most);
    printf("peers, a host      %12.1f; most: %u\n", report->peers_mean,
           report->peers_most);
    printf("%llu steps; %llu accesses saw the last write, and at the end "
           "nobody waited\n",
           (unsigned long long)counts->steps,
           (unsigned long long)counts->accesses);
}

bool report_json(const struct report *report, FILE *file)
{
    const struct sim_config *config = &report->config;
    const struct sim_counts *counts = &report->counts;
    fprintf(file,
            "{\n  \"workload\": \"%s\",\n  \"hosts\": %u,\n"
            "  \"seed\": %llu,\n  \"seeds\": %u,\n  \"phases\": %u,\n"
            "  \"minipages_of_a_host\": %u,\n",
            workload_names[config->workload], config->hosts,
            (unsigned long long)report->first_seed, report->seeds,
            config->phases, config->minipages);
    for (unsigned i = 0; i < SIM_CAUSES; i++) {
        fprintf(file, "  \"%ss\": %llu,\n", rows[i].name,
                (unsigned long long)counts->done[i]);
        if (counts->done[i])
            fprintf(file, "  \"messages_per_%s\": %.6f,\n", rows[i].name,
                    each(report, i));
        else
            fprintf(file, "  \"messages_per_%s\": null,\n", rows[i].name);
    }
    fprintf(file,
            "  \"busiest_over_mean\": %.6f,\n  \"busiest_host\": %u,\n"
            "  \"bytes_per_host\": %.0f,\n  \"bytes_of_the_largest\": %llu,\n"
            "  \"peers_per_host\": %.3f,\n  \"peers_of_the_busiest\": %u,\n"
            "  \"messages_with_data\": %llu,\n  \"accesses_checked\": %llu,\n"
            "  \"steps\": %llu\n}\n",
            report->busiest_over_mean, report->busiest, report->bytes_mean,
            (unsigned long long)report->bytes_most, report->peers_mean,
            report->peers_most, (unsigned long long)counts->with_data,
            (unsigned long long)counts->accesses,
            (unsigned long long)counts->steps);
    bool is_written = !ferror(file);
    return fclose(file) == 0 && is_written;
}
