/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Somebody between two hosts: a process that passes their bytes on, counts
 * how often it has seen RELAY_MARK, and can turn one bit over.
 */
#ifndef MPG_TEST_RELAY_H
#define MPG_TEST_RELAY_H

#include <stdint.h>

#define RELAY_MARK  "a text that nobody else is to see, "
#define RELAY_NEVER (-1L)

struct relay {
    int listener;
    int report;   /* reads what the relay has counted */
    long flip_at; /* which byte from the caller */
    int pid;
};

void relay_open(struct relay *, long flip_at);
/* Relays to the port, and answers where. */
uint16_t relay_port(const struct relay *, uint16_t port);
/* When both ends have closed: how often the mark was seen. */
unsigned long relay_close(struct relay *);

#endif
