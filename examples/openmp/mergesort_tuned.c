/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mergesort.c with a pragma for each of its two arrays.
 *
 * A merge reads what other tasks wrote, wherever they ran: in long runs, from
 * the first key to the last.  So every page of both arrays moves a few times
 * in the life of the program, and each costs a request, an answer, and a change
 * of protection at either end.  In minipages of 128 KiB, the keys of the
 * smallest task, the same bytes move in a thirty-second part of the messages.
 */
#include "common.h"

static long cutoff = 32768;

typedef int32_t key;

static void merge(key *restrict to, const key *a, long na, const key *b,
                  long nb)
{
    long i = 0, j = 0, k = 0;

    while (i < na && j < nb)
        to[k++] = b[j] < a[i] ? b[j++] : a[i++];
    while (i < na)
        to[k++] = a[i++];
    while (j < nb)
        to[k++] = b[j++];
}

/* How many of the n keys are below `limit`. */
static long count_below(const key *keys, long n, key limit)
{
    long from = 0;

    while (n > 0) {
        long half = n / 2;
        if (keys[from + half] < limit) {
            from += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return from;
}

static void merge_by_tasks(key *to, const key *a, long na, const key *b,
                           long nb)
{
    if (na + nb <= cutoff) {
        merge(to, a, na, b, nb);
        return;
    }
    if (na < nb) {
        merge_by_tasks(to, b, nb, a, na);
        return;
    }
    long i = na / 2, j = count_below(b, nb, a[na / 2]);
#pragma omp task
    merge_by_tasks(to, a, i, b, j);
    merge_by_tasks(to + i + j, a + i, na - i, b + j, nb - j);
#pragma omp taskwait
}

static void insertion_sort(key *keys, long n)
{
    for (long i = 1; i < n; i++) {
        key moving = keys[i];
        long j = i;
        for (; j > 0 && keys[j - 1] > moving; j--)
            keys[j] = keys[j - 1];
        keys[j] = moving;
    }
}

/* Sorts keys[0 .. n) into itself, or into `other` if `into_other`.  The halves
 * end up in the array that the merge reads. */
static void sort(key *keys, key *other, long n, int into_other)
{
    if (n <= 16) {
        insertion_sort(keys, n);
        if (into_other)
            memcpy(other, keys, (size_t)n * sizeof *keys);
        return;
    }
    long half = n / 2;
    const key *from = into_other ? keys : other;
    key *to = into_other ? other : keys;
    if (n <= cutoff) {
        sort(keys, other, half, !into_other);
        sort(keys + half, other + half, n - half, !into_other);
        merge(to, from, half, from + half, n - half);
        return;
    }
#pragma omp task
    sort(keys, other, half, !into_other);
    sort(keys + half, other + half, n - half, !into_other);
#pragma omp taskwait
    merge_by_tasks(to, from, half, from + half, n - half);
}

static key key_at(long i)
{
    return (key)(random_bits((uint64_t)i) >> 33);
}

int main(int argc, char **argv)
{
    long keys = 1 << 23;
    const struct parameter parameters[] = {
        {"KEYS", &keys, 1, 1 << 30, "keys to sort"},
        {"CUTOFF", &cutoff, 32, 1 << 30, "keys that are worth a task"},
        {0},
    };
    struct program program = {
        .name = "mergesort",
        .about = "Mergesort by tasks.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);

#pragma millipage shared granularity(131072)
    key *data = malloc((size_t)keys * sizeof *data);
#pragma millipage shared granularity(131072)
    key *other = malloc((size_t)keys * sizeof *other);
    need(data);
    need(other);
    uint64_t before = 0, after = 0, sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : before)
    for (long i = 0; i < keys; i++) {
        data[i] = key_at(i);
        before += random_bits((uint64_t)data[i]);
    }

    double seconds = -seconds_now();
#pragma omp parallel
#pragma omp single
    sort(data, other, keys, 0);
    seconds += seconds_now();

    /* Sorted, and the same keys as before. */
    long descents = 0;
#pragma omp parallel for schedule(static) reduction(+ : after, sum, descents)
    for (long i = 0; i < keys; i++) {
        after += random_bits((uint64_t)data[i]);
        sum += term((uint64_t)i, (uint64_t)data[i]);
        descents += i > 0 && data[i - 1] > data[i];
    }
    const char *wrong = descents > 0      ? "wrong: not sorted"
                        : before != after ? "wrong: other keys than before"
                                          : NULL;
    free(data);
    free(other);
    return report(&program, seconds, 0, wrong, "%ld keys: checksum %016llx",
                  keys, (unsigned long long)sum);
}
