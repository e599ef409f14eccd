/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Structs with a flexible array member, copied whole and in part, on the
 * heap, between threads; and assignments of structs that contain arrays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
    int from;
    unsigned short length;
    char text[];
};

struct block {
    int id;
    double matrix[9][9];
    struct {
        char tag;
        long extra[3];
    } inner;
};

static struct message *box[48];
static struct block blocks[48];

static struct message *make(int from)
{
    size_t length = 10 + (size_t)from * 5;
    struct message *message = malloc(sizeof *message + length);
    message->from = from;
    message->length = (unsigned short)length;
    memset(message->text, 'A' + from % 26, length);
    message->text[length - 1] = 0;
    return message;
}

static struct message *copy(const struct message *message)
{
    size_t size = sizeof *message + message->length;
    return memcpy(malloc(size), message, size);
}

int main(void)
{
    long sum = 0;
    double trace = 0;

#pragma omp parallel for schedule(static, 1)
    for (int i = 0; i < 48; i++) {
        struct block block = {.id = i, .inner = {(char)i, {i, 2 * i, 3 * i}}};
        for (int k = 0; k < 9; k++)
            block.matrix[k][k] = i + k;
        blocks[i] = block;
        box[i] = make(i);
    }
#pragma omp parallel for schedule(static, 2) reduction(+ : sum, trace)
    for (int i = 0; i < 48; i++) {
        struct message *mine = copy(box[47 - i]);
        struct block other = blocks[(i * 5) % 48];
        sum += mine->from + (long)strlen(mine->text) * mine->text[0];
        free(mine);
        for (int k = 0; k < 9; k++)
            trace += other.matrix[k][k] * (k + 1);
        sum += other.inner.tag + other.inner.extra[2] - other.id;
    }
    blocks[0] = blocks[47];
    blocks[1] =
        *(struct block *)memcpy(&blocks[2], &blocks[0], sizeof blocks[0]);
    printf("%ld %.0f %d %d\n", sum, trace, blocks[1].id,
           (int)blocks[2].inner.extra[1]);
    for (int i = 0; i < 48; i++)
        free(box[i]);
    return 0;
}
