/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Who am I, and who are the others: the only thing the runtime wants of a
 * launcher.  Called from the main thread at start and end, except where said.
 */
#ifndef MPG_BOOT_BOOT_H
#define MPG_BOOT_BOOT_H

#include <stddef.h>
#include <stdint.h>

#include "millipage/boot.h"

struct mpg__boot_self {
    int host;
    int hosts;
    int local_hosts; /* on this machine, this one included */
    int local_index; /* which of those this is */
    uint8_t secret[MPG_BOOT_SECRET_BYTES];
    char address[MPG_BOOT_ADDRESS_MAX];
};

/* Reads the launcher's welcome, or makes up a job of one host when there is no
 * launcher.  Post: self is filled, mpg__fatal goes through the launcher.  Ends
 * the run when the launcher speaks nonsense.  Blocks. */
void mpg__boot_open(struct mpg__boot_self *self);

/* Gives this host's card and waits for those of all: cards[h] and lengths[h]
 * for h in 0 .. hosts - 1 point into one buffer that lives until the next
 * exchange.  Pre: bytes <= MPG_BOOT_CARD_MAX.  Blocks; ends the run when the
 * launcher is gone. */
void mpg__boot_exchange(const void *card, uint32_t bytes, const void **cards,
                        uint32_t *lengths);

/* Hands over counters as lines "name value\n" for --stats. */
void mpg__boot_stats(const char *text, size_t bytes);
/* And the account for --explain, as boot.h of the public has it. */
void mpg__boot_account(const char *text, size_t bytes);

/* The socket, to be watched for its end of file (nothing else arrives on it
 * between exchanges); -1 without a launcher. */
int mpg__boot_fd(void);

#endif
