/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a launcher and a host process say to each other.  millirun speaks it;
 * any other launcher may.  A host finds the number of a connected stream
 * socket in MILLIPAGE_BOOT_FD; without it, it is host 0 of 1.  MILLIPAGE_HOST
 * has the host's number, for scripts that a host is started through; the
 * library believes the WELCOME alone.  Both sides send frames: this head,
 * little-endian, then `length` bytes.
 *
 *   launcher -> host                      host -> launcher
 *   WELCOME  struct mpg_boot_welcome      (first, before anything else)
 *                                         CARD     opaque bytes
 *   CARDS    per host, in order:          (when every host has sent a CARD)
 *            u32 length, its bytes
 *                                         STATS    lines "name value\n"
 *                                         ACCOUNT  lines as below
 *                                         ABORT    a line of text
 *   end of file: the launcher is gone,    end of file: the host is gone
 *   the host ends at once
 *
 * CARD and CARDS may go round more than once; a round doubles as a barrier:
 * the first carries addresses and fingerprints, the last (empty cards) says
 * that every host has left main.  A host that ends before its last round, or
 * by a signal, is a lost host: the launcher names it and ends the others.  An
 * ABORT ends the job with that line and the status MPG_BOOT_ABORT_STATUS.
 *
 * ACCOUNT comes of hosts that run with MILLIPAGE_EXPLAIN, before their end:
 * what they took from others, for each object (a variable or a region of the
 * heap). Fields are separated by tabs; KEY is the object's on all hosts; PLACE
 * is an address and the file that it counts in ("-": none is known):
 *
 *   object KEY MINIPAGE_BYTES ELEMENT_BYTES MINIPAGES PARTS NAME LINE FILE
 *                                      (of the last four "-" is none)
 *   made KEY BYTES PLACE               allocated there
 *   faults KEY READ WRITE NS CONSUMED OVERWRITTEN
 *   at KEY read|write COUNT NS PLACE   faults of an instruction
 *   came KEY ALL FIRST UNCHANGED APART SAME
 *   finer KEY BYTES SPARED NEEDED      by minipages of that size: of APART, and
 *                                      those that would have come instead of
 *                                      APART and SAME
 *   step KEY BYTES APART SPARED CAME NEEDED
 *                                      the same, of a size that fits borders,
 *                                      since it was found
 *   coarser KEY BYTES CAME             instead of ALL but FIRST
 *   has KEY FIRST LAST OWNER           of minipages homed there, who wrote
 *                                      them last; 65535 is no single one
 *   more COUNT                         objects that are not told of
 *   regions HOSTS NS WAITED            of host 0: its main thread in parallel
 *                                      regions on all hosts, and between them;
 *                                      but each region's first time
 */
#ifndef MILLIPAGE_BOOT_H
#define MILLIPAGE_BOOT_H

#include <stdint.h>

#define MPG_BOOT_FD_NAME      "MILLIPAGE_BOOT_FD"
#define MPG_BOOT_HOST_NAME    "MILLIPAGE_HOST"
#define MPG_BOOT_VERSION      1
#define MPG_BOOT_LENGTH_MAX   (64u << 20) /* of a frame's body */
#define MPG_BOOT_SAID_MAX     (64u << 10) /* of one that a host sends */
#define MPG_BOOT_CARD_MAX     4096        /* of one card */
#define MPG_BOOT_SECRET_BYTES 32
#define MPG_BOOT_ADDRESS_MAX  64
#define MPG_BOOT_ABORT_STATUS 70
#define MPG_BOOT_HOSTS_MAX    4096
/* What a minipage costs, in ns, that comes without anybody waiting for it: what
 * objects of an ACCOUNT cost is this and NS. */
#define MPG_BOOT_COMING_NS 5000u
/* Of the time that regions on all hosts take, in percent: less than this to
 * compute for one host alone, and that is worth a try. */
#define MPG_BOOT_ALONE_PERCENT 125u

enum mpg_boot_kind {
    MPG_BOOT_WELCOME = 1,
    MPG_BOOT_CARD = 2,
    MPG_BOOT_CARDS = 3,
    MPG_BOOT_STATS = 4,
    MPG_BOOT_ABORT = 5,
    MPG_BOOT_ACCOUNT = 6,
};

struct mpg_boot_head {
    uint32_t kind;
    uint32_t length;
};

struct mpg_boot_welcome {
    uint32_t version;     /* MPG_BOOT_VERSION */
    uint32_t host;        /* who you are */
    uint32_t hosts;       /* how many there are */
    uint32_t local_hosts; /* how many of them share this machine */
    uint32_t local_index; /* which of those you are */
    uint32_t rounds;      /* card rounds before a clean end: 2 */
    uint8_t secret[MPG_BOOT_SECRET_BYTES]; /* the job's; never pass it on */
    char address[MPG_BOOT_ADDRESS_MAX];    /* numeric IPv4 or IPv6 address that
                                              the others reach this host at, and
                                              that it is to listen on */
};

#endif
