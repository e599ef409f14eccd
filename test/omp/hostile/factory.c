/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Producers and consumers without locks: rings in structures that live on the
 * stack of main, published by flush and atomic; a chain of sections, each a
 * stage; messages are unions with pointers to the sender's locals, which stay
 * alive until an acknowledgement.  Then a token round all threads, and a
 * reader-writer pattern with a sequence number.
 */
// THREADS: 4
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 8, ITEMS = 300 };

union content {
    long number;
    const long *at;
    char text[16];
};

struct item {
    enum { NUMBER, POINTER, TEXT, END } kind;
    union content content;
};

struct ring {
    struct item items[RING];
    long head, tail; /* written by the producer, by the consumer */
};

static void put(struct ring *r, struct item item)
{
    long tail;
    do {
#pragma omp atomic read acquire
        tail = r->tail;
    } while (r->head - tail == RING);
    r->items[r->head % RING] = item;
#pragma omp atomic update release
    r->head++;
}

static struct item get(struct ring *r)
{
    long head;
    do {
#pragma omp atomic read acquire
        head = r->head;
    } while (head == r->tail);
    struct item item = r->items[r->tail % RING];
#pragma omp atomic update release
    r->tail++;
    return item;
}

static long taken; /* pointers whose target was read */

static void source(struct ring *to)
{
    for (long i = 0; i < ITEMS; i++) {
        struct item item = {.kind = i % 3};
        long local[2] = {i, i * i}, before = 0, now;
        if (item.kind == NUMBER) {
            item.content.number = i * 7;
        } else if (item.kind == TEXT) {
            snprintf(item.content.text, sizeof item.content.text, "t%ld", i);
        } else {
            item.content.at = local;
#pragma omp atomic read
            before = taken;
        }
        put(to, item);
        if (item.kind == POINTER)
            do {
#pragma omp atomic read acquire
                now = taken;
            } while (now == before);
    }
    put(to, (struct item){.kind = END});
}

static void filter(struct ring *from, struct ring *to)
{
    for (;;) {
        struct item item = get(from);
        if (item.kind == POINTER) {
            item.content.number = item.content.at[0] + item.content.at[1];
            item.kind = NUMBER;
#pragma omp atomic update release
            taken++;
        } else if (item.kind == TEXT) {
            strcat(item.content.text, "!");
        }
        put(to, item);
        if (item.kind == END)
            return;
    }
}

static void sink(struct ring *from, long *sum, char *texts, size_t bytes)
{
    for (;;) {
        struct item item = get(from);
        if (item.kind == END)
            return;
        if (item.kind == NUMBER)
            *sum = (*sum * 31 + item.content.number) % 1000000007;
        else if (strlen(texts) + 20 < bytes)
            strcat(texts, item.content.text);
    }
}

int main(void)
{
    struct ring first = {0}, second = {0};
    long sum = 0, passed = 0, turn = 0, threads_seen = 0;
    char texts[200] = "";
    struct {
        long sequence, a, b, c;
    } record = {0};
    long torn = 0, last = 0;

#pragma omp parallel sections num_threads(3)
    {
#pragma omp section
        source(&first);
#pragma omp section
        filter(&first, &second);
#pragma omp section
        sink(&second, &sum, texts, sizeof texts);
    }
    printf("%ld, %s\n", sum, texts);

    /* A token: each thread adds when it is its turn, ten times. */
#pragma omp parallel shared(turn, passed) num_threads(4)
    {
        long me = omp_get_thread_num(), all = omp_get_num_threads(), now;
        for (int round = 0; round < 10; round++) {
            do {
#pragma omp flush
#pragma omp atomic read
                now = turn;
            } while (now % all != me);
            passed = (passed * 3 + me) % 9973;
            if (round == 9)
                threads_seen += me;
#pragma omp flush
#pragma omp atomic write
            turn = now + 1;
        }
    }
    printf("%ld turns, %ld, %ld\n", turn, passed, threads_seen);

    /* One writer, the others read until they have seen the last version. */
#pragma omp parallel num_threads(4) reduction(+ : torn) reduction(max : last)
    {
        if (omp_get_thread_num() == 0) {
            for (long i = 1; i <= 100; i++) {
#pragma omp atomic write seq_cst
                record.sequence = 2 * i - 1;
                __atomic_store_n(&record.a, i, __ATOMIC_SEQ_CST);
                __atomic_store_n(&record.b, 2 * i, __ATOMIC_SEQ_CST);
                __atomic_store_n(&record.c, 3 * i, __ATOMIC_SEQ_CST);
#pragma omp atomic write seq_cst
                record.sequence = 2 * i;
            }
        } else {
            long before, after, a, b, c;
            do {
#pragma omp atomic read seq_cst
                before = record.sequence;
                a = __atomic_load_n(&record.a, __ATOMIC_SEQ_CST);
                b = __atomic_load_n(&record.b, __ATOMIC_SEQ_CST);
                c = __atomic_load_n(&record.c, __ATOMIC_SEQ_CST);
#pragma omp atomic read seq_cst
                after = record.sequence;
                if (before % 2 == 0 && before == after) {
                    torn += b != 2 * a || c != 3 * a;
                    last = a;
                }
            } while (last != 100);
        }
    }
    printf("%ld torn, last %ld\n", torn, last);
    return 0;
}
