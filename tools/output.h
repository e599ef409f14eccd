/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The output of all hosts on two descriptors, byte for byte and in whole
 * lines: what a host has printed since its last newline waits for the next
 * one, for STREAM_PARTIAL_MAX bytes, or for the end of the stream.  A single
 * host has nobody to be mixed with and does not wait.
 */
#ifndef MILLIRUN_OUTPUT_H
#define MILLIRUN_OUTPUT_H

#include <stdint.h>

#include "wire.h"

#define STREAM_PARTIAL_MAX (64u << 10)

/* One host's standard output or standard error. */
struct stream {
    struct inbox partial;
    int in_line; /* printed last: not a newline */
    int has_ended;
    uint32_t owed; /* bytes accepted and not reported to the agent */
};

/* One of ours. */
struct output {
    int fd;
    struct queue queue;
    int64_t moved_ms; /* when it last took a byte, or had nothing to take */
    int error;        /* errno when it takes no more */
};

/* With is_tagged, "[host] " precedes each line. */
void output_put(struct output *, struct stream *, const char *bytes,
                size_t length, int host, int is_tagged, int is_alone);
void output_end(struct output *, struct stream *, int host, int is_tagged);

/* "millirun: <text>\n", or the line as it is. */
void output_say(struct output *, const char *text);
void output_line(struct output *, const char *bytes, size_t length);

/* Writes what the descriptor takes without blocking: call it when poll says
 * that it is writable.  After an error what is queued is dropped. */
void output_flush(struct output *);
/* Whether hosts may send more. */
int output_has_room(const struct output *);

#endif
