/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum {
    QUEUE_BYTES_MAX = 1 << 20,
    /* What a pipe takes whole once poll calls it writable.  The descriptor is
     * shared with whoever called us, so it cannot be made non-blocking. */
    WRITE_BYTES = 4096,
};

static void enqueue(struct output *output, const char *bytes, size_t length)
{
    if (output->error || !length)
        return;
    if (!output->queue.first)
        output->moved_ms = now_ms();
    queue_add_bytes(&output->queue, bytes, length);
}

static void enqueue_tagged(struct output *output, struct stream *stream,
                           const char *bytes, size_t length, int host)
{
    char tag[16];
    size_t tag_length = (size_t)snprintf(tag, sizeof tag, "[%d] ", host);
    struct inbox text = {0};

    while (length) {
        const char *newline = memchr(bytes, '\n', length);
        size_t line = newline ? (size_t)(newline - bytes) + 1 : length;

        if (!stream->in_line)
            inbox_add(&text, tag, tag_length);
        inbox_add(&text, bytes, line);
        stream->in_line = !newline;
        bytes += line;
        length -= line;
    }
    enqueue(output, text.bytes, inbox_length(&text));
    inbox_free(&text);
}

static void print(struct output *output, struct stream *stream,
                  const char *bytes, size_t length, int host, int is_tagged)
{
    if (is_tagged)
        enqueue_tagged(output, stream, bytes, length, host);
    else
        enqueue(output, bytes, length);
}

static void print_partial(struct output *output, struct stream *stream,
                          int host, int is_tagged)
{
    size_t length = inbox_length(&stream->partial);

    if (length)
        print(output, stream, inbox_bytes(&stream->partial), length, host,
              is_tagged);
    inbox_drop(&stream->partial, length);
}

void output_put(struct output *output, struct stream *stream, const char *bytes,
                size_t length, int host, int is_tagged, int is_alone)
{
    const char *newline = memrchr(bytes, '\n', length);
    size_t whole = is_alone  ? length
                   : newline ? (size_t)(newline - bytes) + 1
                             : 0;

    stream->owed += (uint32_t)length;
    if (whole) {
        print_partial(output, stream, host, is_tagged);
        print(output, stream, bytes, whole, host, is_tagged);
    }
    inbox_add(&stream->partial, bytes + whole, length - whole);
    if (inbox_length(&stream->partial) > STREAM_PARTIAL_MAX)
        print_partial(output, stream, host, is_tagged);
}

void output_end(struct output *output, struct stream *stream, int host,
                int is_tagged)
{
    print_partial(output, stream, host, is_tagged);
    inbox_free(&stream->partial);
    stream->has_ended = 1;
}

void output_line(struct output *output, const char *bytes, size_t length)
{
    enqueue(output, bytes, length);
    if (length == 0 || bytes[length - 1] != '\n')
        enqueue(output, "\n", 1);
}

void output_say(struct output *output, const char *text)
{
    char *line = xformat("millirun: %s\n", text);

    enqueue(output, line, strlen(line));
    free(line);
}

void output_flush(struct output *output)
{
    size_t before = output->queue.bytes;

    if (queue_flush(&output->queue, output->fd, WRITE_BYTES, 1) < 0) {
        output->error = errno;
        queue_clear(&output->queue);
    }
    if (output->queue.bytes != before)
        output->moved_ms = now_ms();
}

int output_has_room(const struct output *output)
{
    return output->queue.bytes < QUEUE_BYTES_MAX;
}
