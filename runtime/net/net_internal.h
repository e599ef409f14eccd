/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the files of this folder share.
 */
#ifndef MPG_NET_INTERNAL_H
#define MPG_NET_INTERNAL_H

#include "net.h"

/* Proves to the peer on fd that we know the job's secret, and has the peer
 * prove it.  The connecting side says who it is and whom it means.  Returns
 * NULL or what went wrong; on the accepting side *peer is who it is.  Blocks
 * until deadline_ms (CLOCK_MONOTONIC). */
const char *mpg__net_prove(int fd, const struct mpg__net_config *,
                           unsigned peer, uint64_t deadline_ms);
const char *mpg__net_check(int fd, const struct mpg__net_config *,
                           unsigned *peer, uint64_t deadline_ms);

uint64_t mpg__net_now_ms(void);

/* Takes over a proven connection. */
void mpg__net_adopt(unsigned host, int fd);
void mpg__net_open(const struct mpg__net_config *);

#endif
