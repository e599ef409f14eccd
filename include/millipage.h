/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Millipage: shared memory for C programs on a cluster.
 *
 * Pragmas say which variables are shared (docs/LANGUAGE.md); this header is
 * needed only for the calls below.  Start-up happens before main and needs no
 * call.  Without the plugin a program that uses none of these calls is the
 * plain C program it always was.
 *
 * Memory model: sequential consistency.  Loads, stores, C11 atomics and
 * lock-prefixed instructions on shared data behave as they do between the
 * threads of one x86 machine.
 *
 * Every call is safe from any thread and from any number of threads at once.
 * None may be used in a signal handler.  No call, and no access to shared
 * memory, is a place where a thread can be cancelled.  Sizes are in bytes.
 */
#ifndef MILLIPAGE_H
#define MILLIPAGE_H

#include <stddef.h>
#include <stdint.h>

/* Compilers that do not know our pragmas should not complain about them. */
#if !defined(__MILLIPAGE__) && defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define MPG_VERSION_MAJOR 0
#define MPG_VERSION_MINOR 1
#define MPG_VERSION_PATCH 0

/* What mpg_prefetch, mpg_push and mpg_spawn answer: 0, or one of these.
 * mpg_strerror gives the sentence. */
enum mpg_error {
    MPG_OK = 0,
    MPG_EINVAL = -1,     /* an argument is out of its range */
    MPG_ENOTSHARED = -2, /* the address is not shared memory */
    MPG_EHOST = -3,      /* there is no such host */
    MPG_ESIGNATURE = -4, /* a letter that mpg_spawn does not know */
    MPG_ENOMEM = -5,     /* a limit or memory is exhausted */
};
const char *mpg_strerror(int error);

/* This host, 0 .. mpg_hosts() - 1, and how many there are (1 without
 * millirun). */
int mpg_host(void);
int mpg_hosts(void);

/* Waits until every host has called it as often as this one.  Called once per
 * host, by any one of its threads; two threads of a host in it at the same
 * time end the job. */
void mpg_barrier(void);

/* A mutex for the whole job: any id is a lock, free at first.  Waiters are
 * served in the order in which their requests arrived, across hosts and
 * threads.  Not recursive.  Unlocking a lock that the calling host does not
 * hold ends the job with a line that names it. */
void mpg_lock(unsigned id);
void mpg_unlock(unsigned id);

/* One minipage of exactly this unit.  NULL and ENOMEM when the object is
 * full.  The bytes are not initialised.  Not collective: the caller alone
 * allocates, and may hand the pointer to any host. */
void *mpg_malloc(size_t bytes);

/* Contiguous memory in minipages of `grain` bytes, a multiple of the page
 * (4096).  NULL with errno EINVAL or ENOMEM. */
void *mpg_malloc_grain(size_t bytes, size_t grain);

/* Gives back what mpg_malloc, mpg_malloc_grain or an annotated pointer's
 * malloc returned, on any host.  NULL is ignored. */
void mpg_free(void *);

/* Asks for the minipages of [address, address + bytes), to read or to write.
 * Takes what comes at once, serving other hosts meanwhile (MILLIPAGE_STAY_US),
 * and does not wait for hosts that are busy.  A hint: later accesses are right
 * whether or not it was given, and whether or not it has been served.
 * MPG_EINVAL when bytes is 0 or the range runs past what was allocated
 * together, MPG_ENOTSHARED when it does not begin in shared memory; for
 * mpg_push too. */
int mpg_prefetch(const void *address, size_t bytes, int for_write);

/* The same for several ranges at once: what is asked of one host travels
 * together, so that what a phase of a computation needs costs each host one
 * interruption.  The first error among them; the others are asked for. */
struct mpg_range {
    const void *address;
    size_t bytes;
    int for_write;
};
int mpg_prefetch_ranges(const struct mpg_range *ranges, unsigned count);

/* Hands readable copies of [address, address + bytes) to every host.  Returns
 * when the home hosts have been asked; the copies arrive on their own. */
int mpg_push(const void *address, size_t bytes);

/* Runs function(arguments...) in a new thread on `host`.  `signature` has one
 * letter an argument: i int, l long, d double, p pointer; empty for none.  The
 * function must be one of this program; what it returns is ignored.  No host
 * leaves the job before every thread asked for has returned.  MPG_EHOST,
 * MPG_ESIGNATURE (also for too many letters) or MPG_EINVAL (NULL) when nothing
 * was started. */
#define MPG_SPAWN_ARGUMENTS_MAX 16
#if defined(__GNUC__) && !defined(__cplusplus)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#endif
int mpg_spawn(int host, void (*function)(), const char *signature, ...);
#if defined(__GNUC__) && !defined(__cplusplus)
#pragma GCC diagnostic pop
#endif

/* Counts since start on this host; the same fields as `millirun --stats`. */
struct mpg_stats {
    uint64_t read_faults;   /* accesses that found no readable copy */
    uint64_t write_faults;  /* accesses that found no writable copy */
    uint64_t messages_sent; /* to other hosts */
    uint64_t bytes_sent;    /* headers and data, to other hosts */
    uint64_t invalidations; /* copies taken away from this host */
    uint64_t minipages;     /* that this host has ever held or homed */
    uint64_t vmas;          /* mappings of the process, now */
    uint64_t barriers;      /* mpg_barrier calls completed */
    uint64_t locks;         /* mpg_lock calls completed */
    uint64_t views;         /* application views mapped */
    uint64_t connections;   /* hosts that this one is connected with, now */
};
/* Fills *stats as far as `size` (sizeof *stats) goes. */
void mpg_stats(struct mpg_stats *stats, size_t size);

#ifdef __cplusplus
}
#endif
#endif
