/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * How the launcher and its agents talk: frames over the agent's standard
 * input and output, whatever carries those (a pipe, or a remote shell).  One
 * agent runs the hosts of one machine, and is as dumb as it can be: it relays
 * the bytes of each host's boot socket and pipes, and never looks into them.
 *
 * Frames must never wait for data: control frames share the pipe with output
 * and input, so those are sent on credit.  Of each host's stream at most
 * WIRE_WINDOW bytes are under way that the other side has not reported TAKEN;
 * a reader that stops stops only the stream that it is reading.
 *
 * Numbers are in the machine's order: all of a job's machines are alike.
 */
#ifndef MILLIRUN_WIRE_H
#define MILLIRUN_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC  "millipage agent 1\n"
#define WIRE_ALL    UINT32_MAX   /* as host: each host of this agent */
#define WIRE_WINDOW (128u << 10) /* bytes of a stream on credit */
#define WIRE_PIECE  (64u << 10)  /* bytes of a stream in one frame */
#define WIRE_MAX    (80u << 20)  /* bytes of a frame: over BOOT_LENGTH_MAX */

enum wire_kind {
    /* Launcher to agent. */
    WIRE_JOB = 1, /* host: the first; body: see job_text.h; starts them */
    WIRE_END,     /* u32 signal: to every host, SIGKILL follows by itself */
    /* Agent to launcher, after the bytes of WIRE_MAGIC. */
    WIRE_EXIT,   /* u32 status as of waitpid */
    WIRE_FAILED, /* u32 errno, text: what could not be started */
    WIRE_BROKEN, /* text: why the agent cannot go on, and ends its hosts */
    /* Both ways. */
    WIRE_BOOT,   /* bytes of the boot socket */
    WIRE_INPUT,  /* bytes for standard input; none: its end */
    WIRE_OUTPUT, /* bytes of standard output; none: its end */
    WIRE_ERRORS, /* bytes of standard error; none: its end */
    WIRE_TAKEN,  /* u32 wire_kind of the stream, u32 bytes */
};

struct wire_head {
    uint32_t kind;
    uint32_t host;
    uint32_t length;
};

struct wire_frame {
    uint32_t kind;
    uint32_t host;
    size_t length;
    const char *body; /* inside the inbox, until the next call on it */
};

/* Bytes that arrived and were not looked at yet. */
struct inbox {
    char *bytes;
    size_t begin;
    size_t end;
    size_t room;
};

void inbox_add(struct inbox *, const void *bytes, size_t length);
/* Reads once.  Answers the bytes read, 0 at the end of the file, -1 when there
 * is nothing now, -2 with errno when it cannot be read. */
long inbox_read(struct inbox *, int fd);
size_t inbox_length(const struct inbox *);
const char *inbox_bytes(const struct inbox *);
void inbox_drop(struct inbox *, size_t length);
void inbox_free(struct inbox *);

/* Takes the next frame out.  1: there is one; 0: not yet whole; -1: what
 * arrived is no frame. */
int wire_next(struct inbox *, struct wire_frame *);

/* Bytes that are to be written, shared by the queues that hold them: the
 * cards of a large job go to every host. */
struct chunk {
    size_t references;
    size_t length;
    char bytes[];
};

struct chunk *chunk_new(size_t length);
void chunk_release(struct chunk *);

struct queue {
    struct queue_link *first;
    struct queue_link *last;
    size_t offset; /* into the first chunk */
    size_t bytes;  /* in all of them */
};

void queue_add(struct queue *, struct chunk *); /* adds a reference */
void queue_add_bytes(struct queue *, const void *bytes, size_t length);
/* Writes until the descriptor takes no more, `piece` bytes at a time.  With a
 * descriptor that blocks, `once` writes one piece and returns.  0, or -1 with
 * errno: EPIPE when the reader is gone. */
int queue_flush(struct queue *, int fd, size_t piece, int once);
void queue_clear(struct queue *);

/* Queues one frame.  The chunk form shares the body. */
void wire_put(struct queue *, enum wire_kind, uint32_t host, const void *body,
              size_t length);
void wire_put_chunk(struct queue *, enum wire_kind, uint32_t host,
                    struct chunk *body);

#endif
