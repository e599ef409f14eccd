/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The travelling salesman by branch and bound.
 *
 * Tours that are not finished wait in shared memory, the most promising one
 * first.  A host takes the first under a lock.  As long as too many of its
 * cities are open, it puts the tour's extensions in the queue instead and
 * takes the next; then it leaves the lock and finishes the tour alone, depth
 * first.  Nothing is put in the queue outside the lock, so a host that finds
 * the queue empty is done.
 *
 * A tour is an element of 148 bytes and its own minipage: hosts that work on
 * neighbours in the array do not disturb each other.
 *
 * The length of the shortest tour so far is written under a lock, but read
 * without one, at every step of every host.  Reading an old value would only
 * cost time; still, the new one is pushed to all hosts, which then find it in
 * their own memory instead of asking for it one after the other.
 */
#include "common.h"

#include <limits.h>
#include <stdatomic.h>

#ifndef TOURS
#define TOURS 5400
#endif
#define CITIES_MAX 34

enum lock { QUEUE_LOCK = 1, SHORTEST_LOCK };

struct tour {
    int bound;  /* no way to finish it is shorter than this */
    int length; /* of the path so far */
    int count;  /* cities on the path */
    int path[CITIES_MAX];
};
_Static_assert(sizeof(struct tour) == 148, "a tour has the size of 1999");

#pragma millipage shared granularity(element)
struct tour tours[TOURS];

/* A heap of tours, least bound first, and a stack of the tours not in use.
 * The bounds are copied here, so that to keep the order no tour is read.  Who
 * holds the lock uses most of it, so it moves as a whole. */
struct queue {
    int count;
    int unused_count;
    struct entry {
        int bound;
        int tour;
    } heap[TOURS];
    int unused[TOURS];
};

#pragma millipage shared granularity(whole)
struct queue queue;

#pragma millipage shared
_Atomic int shortest;

#pragma millipage shared
struct tour best;

/* The map, the same on every host. */
static int cities;
static int distance[CITIES_MAX][CITIES_MAX];
static int by_distance[CITIES_MAX][CITIES_MAX]; /* the others, nearest first */
static int cheapest[CITIES_MAX]; /* half of a city's two shortest roads */

/* Whoever finishes tours: all hosts together, or one alone for comparison. */
struct search {
    _Atomic int *shortest;
    struct tour *best;
    int is_shared;
};

static void sort_neighbours(int city)
{
    int *order = by_distance[city], count = 0;

    for (int other = 0; other < cities; other++) {
        int k = count;
        if (other == city)
            continue;
        for (; k > 0 && distance[city][order[k - 1]] > distance[city][other];
             k--)
            order[k] = order[k - 1];
        order[k] = other;
        count++;
    }
    cheapest[city] = (distance[city][order[0]] + distance[city][order[1]]) / 2;
}

static void make_map(long seed)
{
    int x[CITIES_MAX], y[CITIES_MAX];

    for (int c = 0; c < cities; c++) {
        uint64_t bits = random_bits((uint64_t)(seed * CITIES_MAX + c));
        x[c] = (int)(bits % 10000);
        y[c] = (int)(bits / 10000 % 10000);
    }
    for (int a = 0; a < cities; a++)
        for (int b = 0; b < cities; b++)
            distance[a][b] = abs(x[a] - x[b]) + abs(y[a] - y[b]);
    for (int a = 0; a < cities; a++)
        sort_neighbours(a);
}

static uint64_t cities_on(const struct tour *tour)
{
    uint64_t on = 0;

    for (int i = 0; i < tour->count; i++)
        on |= 1ull << tour->path[i];
    return on;
}

/* Every open city still costs at least half of its two shortest roads. */
static int open_cost(uint64_t on)
{
    int cost = 0;

    for (int c = 0; c < cities; c++)
        if (!(on >> c & 1))
            cost += cheapest[c];
    return cost;
}

/* A closer bound, for the queue: the rest of the round trip connects the open
 * cities and the two ends of the path, so it is no shorter than the shortest
 * tree that does (Prim). */
static int tree_cost(const struct tour *tour, uint64_t on)
{
    int first = tour->path[0], at = tour->path[tour->count - 1];
    int nearest[CITIES_MAX], cost = 0;
    uint64_t outside = ~on & ((1ull << cities) - 1);

    if (tour->count > 1)
        outside |= 1ull << first;
    for (int c = 0; c < cities; c++)
        nearest[c] = distance[at][c];
    while (outside) {
        int closest = -1;
        for (int c = 0; c < cities; c++)
            if (outside >> c & 1 &&
                (closest < 0 || nearest[c] < nearest[closest]))
                closest = c;
        cost += nearest[closest];
        outside &= ~(1ull << closest);
        for (int c = 0; c < cities; c++)
            if (distance[closest][c] < nearest[c])
                nearest[c] = distance[closest][c];
    }
    return cost;
}

/* Depth first. */

static void offer(const struct search *search, const struct tour *tour,
                  int length)
{
    if (search->is_shared)
        mpg_lock(SHORTEST_LOCK);
    if (length < *search->shortest) {
        *search->best = *tour;
        *search->shortest = length;
        if (search->is_shared)
            mpg_push((const void *)search->shortest, sizeof(int));
    }
    if (search->is_shared)
        mpg_unlock(SHORTEST_LOCK);
}

/* `open` is what the open cities cost at least; `on` are those on the path. */
static void finish(const struct search *search, struct tour *tour, uint64_t on,
                   int open)
{
    int last = tour->path[tour->count - 1];

    if (tour->count == cities) {
        int length = tour->length + distance[last][tour->path[0]];
        if (length < *search->shortest)
            offer(search, tour, length);
        return;
    }
    for (int i = 0; i < cities - 1; i++) {
        int next = by_distance[last][i];
        int step = distance[last][next];
        int rest = open - cheapest[next];
        if (on >> next & 1 ||
            tour->length + step + rest >=
                atomic_load_explicit(search->shortest, memory_order_relaxed))
            continue;
        tour->path[tour->count++] = next;
        tour->length += step;
        finish(search, tour, on | 1ull << next, rest);
        tour->length -= step;
        tour->count--;
    }
}

/* The queue.  Its lock is held in all of these. */

static void push_entry(struct entry entry)
{
    int at = queue.count++;

    while (at > 0 && queue.heap[(at - 1) / 2].bound > entry.bound) {
        queue.heap[at] = queue.heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue.heap[at] = entry;
}

static struct entry pop_entry(void)
{
    struct entry first = queue.heap[0];
    struct entry last = queue.heap[--queue.count];
    int at = 0;

    for (int child = 1; child < queue.count; child = 2 * at + 1) {
        if (child + 1 < queue.count &&
            queue.heap[child + 1].bound < queue.heap[child].bound)
            child++;
        if (queue.heap[child].bound >= last.bound)
            break;
        queue.heap[at] = queue.heap[child];
        at = child;
    }
    queue.heap[at] = last;
    return first;
}

/* Puts all ways to go on with `tour` in the queue. */
static void extend(const struct tour *tour)
{
    int last = tour->path[tour->count - 1];
    uint64_t on = cities_on(tour);

    for (int next = 0; next < cities; next++) {
        struct tour longer = *tour;
        if (on >> next & 1)
            continue;
        longer.path[longer.count++] = next;
        longer.length += distance[last][next];
        longer.bound = longer.length + tree_cost(&longer, on | 1ull << next);
        if (longer.bound >= shortest)
            continue;
        int slot = queue.unused[--queue.unused_count];
        tours[slot] = longer;
        push_entry((struct entry){longer.bound, slot});
    }
}

/* Takes a tour with at most `level` open cities, or with more of them when
 * its extensions might not find room.  Returns 0 when there is none left. */
static int take_tour(struct tour *tour, long level)
{
    int found = 0;

    mpg_lock(QUEUE_LOCK);
    while (!found && queue.count > 0) {
        struct entry entry = pop_entry();
        *tour = tours[entry.tour];
        queue.unused[queue.unused_count++] = entry.tour;
        if (tour->bound >= shortest)
            continue;
        found = cities - tour->count <= level || queue.unused_count < cities;
        if (!found)
            extend(tour);
    }
    mpg_unlock(QUEUE_LOCK);
    return found;
}

static void prepare_queue(void)
{
    shortest = INT_MAX;
    for (int slot = 0; slot < TOURS; slot++)
        queue.unused[slot] = TOURS - 1 - slot;
    queue.unused_count = TOURS - 1;
    tours[0] = (struct tour){.count = 1};
    push_entry((struct entry){0, 0});
}

/* The first tour, to have something to compare with: always to the nearest
 * open city. */
static void go_nearest(const struct search *search)
{
    struct tour tour = {.count = 1};

    while (tour.count < cities) {
        int last = tour.path[tour.count - 1], i = 0;
        uint64_t on = cities_on(&tour);
        while (on >> by_distance[last][i] & 1)
            i++;
        tour.path[tour.count++] = by_distance[last][i];
        tour.length += distance[last][by_distance[last][i]];
    }
    offer(search, &tour,
          tour.length + distance[tour.path[cities - 1]][tour.path[0]]);
}

static void search_together(long level)
{
    struct search search = {&shortest, &best, 1};
    struct tour tour;

    while (take_tour(&tour, level)) {
        uint64_t on = cities_on(&tour);
        finish(&search, &tour, on, open_cost(on));
    }
    mpg_barrier();
}

/* The sequential computation: the same bounds, but without a queue, depth
 * first from the first city. */
static void branch(const struct search *search, const struct tour *tour,
                   long level)
{
    int last = tour->path[tour->count - 1];
    uint64_t on = cities_on(tour);

    if (cities - tour->count <= level) {
        struct tour copy = *tour;
        finish(search, &copy, on, open_cost(on));
        return;
    }
    for (int i = 0; i < cities - 1; i++) {
        int next = by_distance[last][i];
        struct tour longer = *tour;
        if (on >> next & 1)
            continue;
        longer.path[longer.count++] = next;
        longer.length += distance[last][next];
        if (longer.length + tree_cost(&longer, on | 1ull << next) <
            *search->shortest)
            branch(search, &longer, level);
    }
}

static double search_alone(long level, int *length)
{
    _Atomic int least = INT_MAX;
    struct tour first = {.count = 1}, found;
    struct search search = {&least, &found, 0};
    double seconds = -seconds_now();

    go_nearest(&search);
    branch(&search, &first, level);
    *length = least;
    return seconds + seconds_now();
}

/* The same length by another way, dynamic programming over the sets of cities
 * (Held and Karp), while its table is small.  least[set][c] is the shortest
 * path from city `cities - 1` through `set` that ends in c. */
#define TABLE_CITIES_MAX 20
static int shortest_by_table(void)
{
    int others = cities - 1;
    uint32_t sets = 1u << others;
    int *least = private_alloc((size_t)sets * (size_t)others * sizeof *least);
    int result = INT_MAX;

    for (uint32_t set = 1; set < sets; set++) {
        for (int c = 0; c < others; c++) {
            uint32_t before = set & ~(1u << c);
            int length = before ? INT_MAX : distance[others][c];
            if (before == set)
                continue;
            for (int b = 0; b < others; b++) {
                int way = before >> b & 1
                              ? least[before * (uint32_t)others + (uint32_t)b] +
                                    distance[b][c]
                              : INT_MAX;
                if (way < length)
                    length = way;
            }
            least[set * (uint32_t)others + (uint32_t)c] = length;
            if (set == sets - 1 && length + distance[c][others] < result)
                result = length + distance[c][others];
        }
    }
    free(least);
    return result;
}

/* The shortest tour need not be unique; its length is. */
static const char *difference(int length)
{
    static char text[128];
    struct tour tour = best;
    int sum = 0;

    for (int i = 0; i < cities; i++)
        sum += distance[tour.path[i]][tour.path[(i + 1) % cities]];
    if (cities_on(&tour) != (1ull << cities) - 1 || sum != shortest) {
        snprintf(text, sizeof text,
                 "the tour found is no round trip of length %d", shortest);
        return text;
    }
    if (shortest != length) {
        snprintf(text, sizeof text, "the shortest tour has length %d, not %d",
                 length, shortest);
        return text;
    }
    if (cities <= TABLE_CITIES_MAX && shortest_by_table() != length)
        return "there is a shorter tour than both searches found";
    return NULL;
}

int main(int argc, char **argv)
{
    long count = 19, level = 12, seed = 57;
    const struct parameter parameters[] = {
        {"CITIES", &count, 3, CITIES_MAX, NULL, "cities to visit"},
        {"LEVEL", &level, 0, CITIES_MAX, NULL,
         "open cities of a tour that one host finishes alone"},
        {"SEED", &seed, 0, 1000000, NULL, "chooses the map"},
        {0},
    };
    struct program program = {
        .name = "tsp",
        .about = "The travelling salesman by branch and bound.",
        .parameters = parameters,
    };
    read_arguments(&program, argc, argv);
    cities = (int)count;
    make_map(seed);

    char what[96];
    struct outcome outcome = {
        .what = what,
        .shared = sizeof tours + sizeof queue + sizeof shortest + sizeof best,
    };
    snprintf(what, sizeof what, "%ld cities, recursion level %ld", count,
             level);
    if (mpg_host() == 0) {
        prepare_queue();
        go_nearest(&(struct search){&shortest, &best, 1});
    }
    mpg_barrier();
    outcome.seconds = -seconds_now();
    search_together(level);
    outcome.seconds += seconds_now();
    mpg_stats(&outcome.stats, sizeof outcome.stats);
    if (mpg_host() != 0)
        return 0;

    if (program.check) {
        int length;
        outcome.sequential = search_alone(level, &length);
        outcome.wrong = difference(length);
    }
    return report(&program, &outcome);
}
