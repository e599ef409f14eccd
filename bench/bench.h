/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgbench: what Millipage does, beside what the machine can do.
 *
 * A case is a collective function: every host of the job runs it, and host 0
 * keeps the samples.  Timings of shared machines drift, so no time stands
 * alone: a case takes samples of its own and of a yardstick in turns, round by
 * round, and what counts is the ratio of the medians; or, where each sample has
 * one of the yardstick right behind it, the median of their ratios, which does
 * not mind a machine that has two speeds.
 */
#ifndef MPG_BENCH_BENCH_H
#define MPG_BENCH_BENCH_H

#include <netinet/in.h>
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
    bool is_paired;   /* each of ours has its own yardstick */
    const char *note; /* NULL, or what the reader has to know */
};

/* A sample, and the yardstick's right behind it.  A case has only such ones, or
 * none. */
void result_pair(struct result *, double ours, double yardstick);

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
    long size, variant;  /* whatever `run` makes of them */
    const char *vm;      /* the backend that it is about, or NULL */
    const char *program; /* beside mpgbench, whose case it is, or NULL */
};

struct bench_group {
    const char *name;
    const struct bench_case *cases; /* the last has no name */
};

/* Of the program, in the order in which they run; the last has no name. */
extern const struct bench_group groups[];
extern const struct bench_case machine_cases[], fault_cases[], sync_cases[],
    stream_cases[], local_cases[], views_cases[], program_cases[], omp_cases[],
    mpi_cases[];

/* cases.c. */
bool is_known(const char *name);
/* Whether words name it or its group. */
bool is_named(const struct bench_group *, const struct bench_case *,
              char *const *words, int count);

double now_us(void);

/* arguments.c. */
struct arguments {
    bool wants_help, wants_list;
    const char *json;       /* a file, or NULL */
    unsigned before, total; /* cases of the whole run, when this is a part */
    char **words;           /* cases and groups */
    int words_count;
};
/* NULL, or the line that says what is wrong with them. */
const char *parse_arguments(int count, char **words, struct arguments *);

/* drive.c: the cases of all numbers of hosts, each in the job that it needs.
 * Returns what main has to return. */
int drive(const struct arguments *);

/* report.c. */
void report_begin(const struct arguments *, unsigned cases);
void report_start(const struct bench_case *); /* shows how far we are */
void report_case(const struct bench_case *, struct result *);
/* Writes what was reported; false with errno when it cannot. */
bool report_json(const char *path);

/* wire.c: raw TCP between two processes; the first calls, the second answers.
 * Others may take part, and do nothing. */
struct wire_place {
    char machine[64]; /* a name of its present life */
    struct sockaddr_in at;
};
void wire_listen(struct wire_place *);     /* second */
void wire_call(const struct wire_place *); /* first; when it is known where */
void wire_answer(void);                    /* second */

enum peer {
    PEER_POLLS,    /* its program's thread, in recv */
    PEER_COMPUTES, /* a thread of it, in epoll, beside the computing program */
};
/* The second has that thread, if it is wanted, from here to there.  Both call
 * them. */
void wire_serve_begin(enum peer);
void wire_serve_end(enum peer);

/* `count` round trips of 64 bytes there and `bytes` back, one sample each.
 * Both processes call it when the peer polls; else the first alone. */
void wire_round_trips(enum peer, size_t bytes, int count, struct samples *);

/* Both call it: the first does something, and the second, who polls, answers
 * until that is done.  In there, or beside a peer that computes: one round trip
 * as above, and while it is under way `meanwhile`. */
void wire_both(void (*first)(void *), void *context);
void wire_fetch(enum peer, void *to, size_t bytes, void (*meanwhile)(void *),
                void *context);

/* Bytes that the second has just written, of an array of WIRE_ARRAY, into an
 * array of the first as fast as they go; microseconds for all.  In whole 64
 * KiB. */
#define WIRE_ARRAY (32 << 20)
double wire_stream(size_t from, size_t bytes);

/* job.c: what needs Millipage. */
void wire_open(void);         /* collective, once */
const char *vm_backend(void); /* "uffd" or "mprotect" */
/* The program of host 1 computes until host 0 has called compute_end. */
void compute_begin(void); /* collective for hosts 0 and 1; host 1 stays */
void compute_end(void);   /* host 0 */

#endif
