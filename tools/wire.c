/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Inboxes, queues and the frames in them.
 */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

struct queue_link {
    struct queue_link *next;
    struct chunk *chunk;
};

/* Makes room for `more` bytes behind the end. */
static void inbox_reserve(struct inbox *inbox, size_t more)
{
    if (inbox->begin == inbox->end)
        inbox->begin = inbox->end = 0;
    if (inbox->room - inbox->end >= more)
        return;
    if (inbox->begin) {
        memmove(inbox->bytes, inbox->bytes + inbox->begin,
                inbox->end - inbox->begin);
        inbox->end -= inbox->begin;
        inbox->begin = 0;
    }
    if (inbox->room - inbox->end < more) {
        inbox->room = 2 * inbox->room + more;
        inbox->bytes = xrealloc(inbox->bytes, inbox->room);
    }
}

void inbox_add(struct inbox *inbox, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    inbox_reserve(inbox, length);
    memcpy(inbox->bytes + inbox->end, bytes, length);
    inbox->end += length;
}

long inbox_read(struct inbox *inbox, int fd)
{
    ssize_t got;

    inbox_reserve(inbox, WIRE_PIECE);
    do
        got = read(fd, inbox->bytes + inbox->end, inbox->room - inbox->end);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        inbox->end += (size_t)got;
    else if (got < 0)
        return errno == EAGAIN ? -1 : -2;
    return got;
}

size_t inbox_length(const struct inbox *inbox)
{
    return inbox->end - inbox->begin;
}

const char *inbox_bytes(const struct inbox *inbox)
{
    return inbox->bytes ? inbox->bytes + inbox->begin : "";
}

void inbox_drop(struct inbox *inbox, size_t length)
{
    inbox->begin += length;
}

void inbox_free(struct inbox *inbox)
{
    free(inbox->bytes);
    *inbox = (struct inbox){0};
}

int wire_next(struct inbox *inbox, struct wire_frame *frame)
{
    struct wire_head head;

    if (inbox_length(inbox) < sizeof head)
        return 0;
    memcpy(&head, inbox_bytes(inbox), sizeof head);
    if (head.kind < WIRE_JOB || head.kind > WIRE_TAKEN ||
        head.length > WIRE_MAX)
        return -1;
    if (inbox_length(inbox) < sizeof head + head.length)
        return 0;
    *frame = (struct wire_frame){
        .kind = head.kind,
        .host = head.host,
        .length = head.length,
        .body = inbox_bytes(inbox) + sizeof head,
    };
    inbox_drop(inbox, sizeof head + head.length);
    return 1;
}

struct chunk *chunk_new(size_t length)
{
    struct chunk *chunk = xrealloc(NULL, sizeof *chunk + length);

    chunk->references = 1;
    chunk->length = length;
    return chunk;
}

void chunk_release(struct chunk *chunk)
{
    if (--chunk->references == 0)
        free(chunk);
}

void queue_add(struct queue *queue, struct chunk *chunk)
{
    struct queue_link *link;

    if (chunk->length == 0)
        return;
    link = xrealloc(NULL, sizeof *link);
    *link = (struct queue_link){.chunk = chunk};
    chunk->references++;
    if (queue->last)
        queue->last->next = link;
    else
        queue->first = link;
    queue->last = link;
    queue->bytes += chunk->length;
}

void queue_add_bytes(struct queue *queue, const void *bytes, size_t length)
{
    struct chunk *chunk = chunk_new(length);

    memcpy(chunk->bytes, bytes, length);
    queue_add(queue, chunk);
    chunk_release(chunk);
}

static void queue_pop(struct queue *queue)
{
    struct queue_link *link = queue->first;

    queue->first = link->next;
    if (!queue->first)
        queue->last = NULL;
    queue->offset = 0;
    chunk_release(link->chunk);
    free(link);
}

int queue_flush(struct queue *queue, int fd, size_t piece, int once)
{
    while (queue->first) {
        struct chunk *chunk = queue->first->chunk;
        size_t left = chunk->length - queue->offset;
        ssize_t put = write(fd, chunk->bytes + queue->offset,
                            left < piece ? left : piece);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno == EAGAIN ? 0 : -1;
        queue->offset += (size_t)put;
        queue->bytes -= (size_t)put;
        if (queue->offset == chunk->length)
            queue_pop(queue);
        if (once)
            break;
    }
    return 0;
}

void queue_clear(struct queue *queue)
{
    while (queue->first)
        queue_pop(queue);
    queue->bytes = 0;
}

void wire_put(struct queue *queue, enum wire_kind kind, uint32_t host,
              const void *body, size_t length)
{
    struct wire_head head = {kind, host, (uint32_t)length};
    struct chunk *chunk = chunk_new(sizeof head + length);

    memcpy(chunk->bytes, &head, sizeof head);
    if (length)
        memcpy(chunk->bytes + sizeof head, body, length);
    queue_add(queue, chunk);
    chunk_release(chunk);
}

void wire_put_chunk(struct queue *queue, enum wire_kind kind, uint32_t host,
                    struct chunk *body)
{
    struct wire_head head = {kind, host, (uint32_t)body->length};

    queue_add_bytes(queue, &head, sizeof head);
    queue_add(queue, body);
}
