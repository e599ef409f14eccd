/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Making the board.
 */
#include "board.h"

#include <string.h>

#include "base/fatal.h"
#include "icv.h"
#include "millipage.h"
#include "task.h"
#include "team.h"

struct mpg__board *mpg__board;

void *mpg__board_make(size_t bytes, const char *what)
{
    void *got = mpg_malloc(bytes);
    if (!got)
        mpg__fatal("no shared memory for %s: raise MILLIPAGE_MEMORY", what);
    memset(got, 0, bytes);
    return got;
}

struct mpg__board *mpg__board_get(void)
{
    if (mpg__board)
        return mpg__board;
    const char *what = "the team of threads";
    unsigned hosts = mpg__engine.node.hosts;
    struct mpg__board *board = mpg__board_make(sizeof *board, what);
    for (unsigned i = 0; i < MPG_LOOPS; i++) {
        board->loops[i] = mpg__board_make(sizeof *board->loops[i], what);
        board->loops[i]->turn = mpg__board_make(sizeof(uint64_t), what);
    }
    board->tasks = mpg__board_make(hosts * sizeof *board->tasks, what);
    for (unsigned i = 0; i < hosts; i++)
        board->tasks[i] = mpg__task_counts_make();
    board->privates = mpg__board_make(sizeof *board->privates, what);
    board->affinity = mpg__omp_affinity_given();
    mpg__board = board;
    return board;
}
