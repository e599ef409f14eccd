/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Two searches by tasks.  Rectangles are packed into the least area, each with
 * some shapes: a task for each place, whose board is a copy in its parent's
 * frame; the best is shared, looked at without a lock and changed under one.
 * An unbalanced tree is counted by tasks in taskgroups with a task reduction,
 * its nodes hashed from their parents'; and a knapsack with priorities, final
 * and untied.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 12, CELLS = 6 };

static const struct {
    int count, shape[3][2];
} cells[CELLS] = {
    {2, {{2, 3}, {3, 2}}}, {3, {{1, 4}, {4, 1}, {2, 2}}},
    {2, {{3, 3}, {1, 9}}}, {2, {{2, 5}, {5, 2}}},
    {1, {{2, 2}}},         {3, {{1, 6}, {6, 1}, {2, 3}}},
};

struct board {
    char at[SIDE][SIDE];
    int height, width;
};

static int best_area = SIDE * SIDE;
static struct board best;

static int fits(const struct board *b, int r, int c, const int *shape)
{
    if (r + shape[0] > SIDE || c + shape[1] > SIDE)
        return 0;
    for (int i = 0; i < shape[0]; i++)
        for (int j = 0; j < shape[1]; j++)
            if (b->at[r + i][c + j])
                return 0;
    return 1;
}

static void lay(struct board *b, int r, int c, const int *shape, char mark)
{
    for (int i = 0; i < shape[0]; i++)
        memset(&b->at[r + i][c], mark, (size_t)shape[1]);
    if (r + shape[0] > b->height)
        b->height = r + shape[0];
    if (c + shape[1] > b->width)
        b->width = c + shape[1];
}

/* Among boards of the same area the least one counts. */
static void offer(const struct board *b)
{
#pragma omp critical(best)
    {
        int area = b->height * b->width;
        if (area < best_area ||
            (area == best_area && memcmp(b->at, best.at, sizeof b->at) < 0)) {
            best = *b;
#pragma omp atomic write
            best_area = area;
        }
    }
}

static void place(const struct board *board, int cell)
{
    if (cell == CELLS) {
        offer(board);
        return;
    }
    for (int s = 0; s < cells[cell].count; s++)
        for (int r = 0; r <= (board->height < 6 ? board->height : 6); r++)
            for (int c = 0; c <= (board->width < 6 ? board->width : 6); c++) {
                if ((cell && r && c && !board->at[r - 1][c] &&
                     !board->at[r][c - 1]) ||
                    !fits(board, r, c, cells[cell].shape[s]))
                    continue;
#pragma omp task untied firstprivate(s, r, c) if (cell < 2)
                {
                    struct board own;
                    int limit;
                    memcpy(&own, board, sizeof own);
                    lay(&own, r, c, cells[cell].shape[s], (char)('a' + cell));
#pragma omp atomic read
                    limit = best_area;
                    if (own.height * own.width <= limit)
                        place(&own, cell + 1);
                }
            }
#pragma omp taskwait
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static long total, leaves, deepest;

static void grow(uint64_t node, int depth)
{
    int children = depth == 0 ? 40 : mix(node) % 100 < 23 ? 4 : 0;
#pragma omp atomic
    total++;
    if (!children)
#pragma omp atomic
        leaves++;
    if (depth > 5) {
#pragma omp critical(depth)
        deepest = depth > deepest ? depth : deepest;
    }
    for (int i = 0; i < children; i++) {
#pragma omp task firstprivate(i) mergeable
        grow(mix(node * 8 + (uint64_t)i + 1), depth + 1);
    }
}

enum { THINGS = 14, LOAD = 60 };
static int weight[THINGS], worth[THINGS];

static int pack(int thing, int room)
{
    int without, with = 0;
    if (thing == THINGS)
        return 0;
#pragma omp task shared(without) priority(thing) final(thing > 5)
    without = pack(thing + 1, room);
    if (weight[thing] <= room)
        with = worth[thing] + pack(thing + 1, room - weight[thing]);
#pragma omp taskwait
    return with > without ? with : without;
}

int main(void)
{
    struct board empty = {0};
    int most = 0;
    long sum = 0, items = 0;
    memset(best.at, 127, sizeof best.at);
    for (int i = 0; i < THINGS; i++) {
        weight[i] = 5 + i * 7 % 13;
        worth[i] = 10 + i * 11 % 17;
    }
#pragma omp parallel
#pragma omp single
    {
#pragma omp taskgroup
        place(&empty, 0);
        printf("area %d: %d x %d\n", best_area, best.height, best.width);
        for (int r = 0; r < best.height; r++) {
            for (int c = 0; c < best.width; c++)
                putchar(best.at[r][c] ? best.at[r][c] : '.');
            putchar('\n');
        }
#pragma omp taskgroup
        grow(42, 0);
        printf("%ld nodes, %ld leaves, depth %ld\n", total, leaves, deepest);
        most = pack(0, LOAD);
        printf("knapsack %d\n", most);
#pragma omp taskgroup task_reduction(+ : sum, items)
        {
            for (int i = 0; i < 20; i++) {
#pragma omp task in_reduction(+ : sum, items) firstprivate(i)
                {
                    for (int k = 0; k < i; k++)
                        sum += k * i;
                    items++;
                }
            }
#pragma omp taskloop in_reduction(+ : sum) grainsize(7)
            for (int i = 0; i < 100; i++)
                sum += i;
        }
        printf("%ld of %ld\n", sum, items);
    }
    return 0;
}
