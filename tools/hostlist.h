/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Where the hosts are: the entries of -H or --hostfile, or this machine.
 */
#ifndef MILLIRUN_HOSTLIST_H
#define MILLIRUN_HOSTLIST_H

#include "millipage/boot.h"
#include "options.h"

/* One entry: hosts first .. first + count - 1 run on that machine. */
struct place {
    char *name;
    char address[MPG_BOOT_ADDRESS_MAX]; /* numeric; empty: to be resolved */
    int is_local;                       /* started without a remote shell */
    int slots;
    int first;
    int count;
};

struct hostlist {
    struct place *places; /* those that have hosts */
    int places_count;
    int hosts;
};

/* Ends the run with a line that names the entry when a list is wrong. */
void hostlist_read(const struct options *, struct hostlist *);

/* Finds the address of each place, and refuses a job whose machines could not
 * reach each other. */
void hostlist_resolve(struct hostlist *);

#endif
