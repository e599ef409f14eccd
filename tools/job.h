/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the launcher knows of a running job, and what it decides: when a round
 * of cards is complete, which host is lost, what the exit status is.  It is
 * told what happened (job_on_*) and answers by queueing frames and lines;
 * launch.c moves the bytes.
 *
 * A host is over once its process has ended.  Before the last round of cards
 * that makes it a lost host, unless no host has ever spoken: then the program
 * is not one of ours, and each process is on its own.
 */
#ifndef MILLIRUN_JOB_H
#define MILLIRUN_JOB_H

#include <stdint.h>

#include "account.h"
#include "hostlist.h"
#include "machine.h"
#include "options.h"
#include "output.h"

#define JOB_ROUNDS 2 /* of cards before a host may end: boot.h */

struct job_host {
    struct machine *machine;
    struct inbox boot; /* frames of boot.h */
    char *card;        /* of this round; NULL before it came */
    uint32_t card_length;
    char *stats;
    struct stream streams[2];
    int is_over;
    int wait_status; /* when over and started; else 0 */
    int has_aborted;
};

enum job_end {
    JOB_RUNS,
    JOB_LOST,        /* highest status of the hosts, at least 1 */
    JOB_ABORTED,     /* MPG_BOOT_ABORT_STATUS */
    JOB_INTERRUPTED, /* 128 + signal */
    JOB_FAILED,      /* something could not be started; status is set */
};

struct job {
    const struct options *options;
    const struct hostlist *list;
    struct machine *machines;
    struct job_host *hosts;
    struct account account; /* of all hosts, for --explain */
    int hosts_count;
    uint32_t rounds_done;
    int cards_here; /* in this round */
    int has_spoken; /* any host, ever */
    enum job_end end;
    int status;       /* the highest so far, or what the end says */
    int64_t end_ms;   /* when the hosts were told to end */
    char *abort_line; /* waits for abort_ms */
    int64_t abort_ms;
    uint32_t input_credit; /* bytes that may go to host 0 */
    struct output outputs[2];
};

/* Queues the job and the welcomes for every machine. */
void job_open(struct job *);

void job_on_boot(struct job *, int host, const char *bytes, size_t length);
void job_on_exit(struct job *, int host, int wait_status);
void job_on_failed(struct job *, int host, int error, const char *what,
                   size_t length);
void job_on_machine_gone(struct job *, struct machine *, const char *why);
void job_on_signal(struct job *, int number);
/* What time alone decides. */
void job_on_time(struct job *);
/* How long until then; -1 for ever. */
int job_patience_ms(const struct job *);

/* Tells every host to end, for a reason that has been said. */
void job_end(struct job *, enum job_end, int status);

/* Whether there is nothing more to wait for, as far as hosts go. */
int job_is_over(const struct job *);

#endif
