/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgbench: what Millipage does, beside what the machine can do.
 *
 * A case is a collective function: every host of the job runs it, and host 0
 * keeps the samples.  Timings of shared machines drift, so no time stands
 * alone: a case takes samples of its own and of a yardstick in turns, round by
 * round, and what counts is the ratio of the medians.
 */
#ifndef MPG_BENCH_BENCH_H
#define MPG_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_PAGE 4096

/* Times of one thing, in microseconds unless the case says otherwise. */
struct samples {
    double *values;
    size_t count, room;
};

void samples_add(struct samples *, double value);
/* The value that a share of them does not exceed; 0 when there are none. */
double samples_quantile(struct samples *, double share);

struct result {
    struct samples ours, yardstick;
    double ratio;     /* of the medians, as the case defines it */
    const char *note; /* NULL, or what the reader has to know */
};

/* How the ratio is made of the medians, and which way is good. */
enum ratio {
    RATIO_TIME,   /* ours / yardstick: small is good */
    RATIO_SPEED,  /* yardstick / ours: large is good */
    RATIO_EXCESS, /* ours / yardstick - 1: small is good */
    RATIO_ITSELF, /* the median itself, which is a count */
};

struct bench_case {
    const char *name;
    const char *what;
    const char *yardstick;
    int hosts; /* that it needs: exactly, or from 2 up when 0 */
    enum ratio ratio;
    void (*run)(const struct bench_case *, struct result *);
    long size, variant; /* whatever `run` makes of them */
};

/* One table a file; ends with a row without a name. */
extern const struct bench_case fault_cases[], sync_cases[], stream_cases[],
    local_cases[], program_cases[];

double now_us(void);

/* report.c. */
void report_begin(bool is_quiet, unsigned cases);
void report_case(const struct bench_case *, struct result *);
/* Writes what was reported; false with errno when it cannot. */
bool report_json(const char *path);

/* wire.c: raw TCP between hosts 0 and 1. */
enum peer {
    PEER_POLLS,    /* its program's thread, in recv */
    PEER_COMPUTES, /* a thread of it, in epoll, beside the computing program */
};
/* Collective, once. */
void wire_open(void);
/* `count` round trips of 64 bytes there and `bytes` back, one sample each.
 * Collective for hosts 0 and 1 when the peer polls; else host 0 alone. */
void wire_round_trips(enum peer, size_t bytes, int count, struct samples *);
/* Bytes from host 1 to host 0 as fast as they go; microseconds for all. */
double wire_stream(size_t bytes);

/* The program of host 1 computes until host 0 has called compute_end. */
void compute_begin(void); /* collective for hosts 0 and 1; host 1 stays */
void compute_end(void);   /* host 0 */

#endif
