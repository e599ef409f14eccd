/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate variables: a copy for each thread, in the shared heap, so that
 * its address may go to other hosts.
 *
 * The variable itself is private memory of each host, and no thread works on
 * it: it is the value that every copy begins with.  For copyin there is a list
 * in shared memory of what the master has copies of, headed by the board; the
 * master adds a variable when it first uses it, and compiled code asks for the
 * address (plugin/ir/ThreadPrivate.cpp).
 */
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "team.h"

/* In shared memory. */
struct mpg__private_var {
    struct mpg__private_var *next;
    void *original;
    void *copy; /* the master's */
};

/* A thread's: a table by address, a power of two long. */
struct mpg__private_copies {
    uint32_t size, used;
    struct {
        void *original, *copy;
    } rows[];
};

/* The row where it is, or where it would be. */
static uint32_t row_of(const struct mpg__private_copies *copies,
                       const void *original)
{
    uint32_t at = (uint32_t)(((uintptr_t)original >> 2) * 0x9e3779b1u);
    for (;; at++) {
        uint32_t row = at & (copies->size - 1);
        if (!copies->rows[row].original ||
            copies->rows[row].original == original)
            return row;
    }
}

static struct mpg__private_copies *grown(struct mpg__private_copies *old)
{
    uint32_t size = old ? 2 * old->size : 16;
    struct mpg__private_copies *copies =
        calloc(1, sizeof *copies + size * sizeof *copies->rows);
    if (!copies)
        mpg__fatal("no memory for threadprivate variables");
    copies->size = size;
    for (uint32_t i = 0; old && i < old->size; i++)
        if (old->rows[i].original) {
            copies->rows[row_of(copies, old->rows[i].original)] = old->rows[i];
            copies->used++;
        }
    free(old);
    return copies;
}

static bool is_master(void)
{
    return !mpg__engine.node.self && mpg__self.is_of_team && !mpg__self.slot;
}

static void *make_copy(void *original, size_t bytes)
{
    void *copy = mpg__board_make(bytes, "a threadprivate variable");
    memcpy(copy, original, bytes);
    if (!is_master())
        return copy;
    struct mpg__private_var *var =
        mpg__board_make(sizeof *var, "a threadprivate variable");
    _Atomic(struct mpg__private_var *) *head = mpg__board_get()->privates;
    *var = (struct mpg__private_var){atomic_load(head), original, copy};
    atomic_store(head, var);
    return copy;
}

EXPORTED void *__kmpc_threadprivate_cached(ident_t *loc, int gtid, void *data,
                                           size_t bytes, void ***cache)
{
    (void)loc, (void)gtid, (void)cache;
    struct mpg__private_copies *copies = mpg__self.copies;
    if (!copies || 2 * copies->used >= copies->size)
        copies = mpg__self.copies = grown(copies);
    uint32_t row = row_of(copies, data);
    if (!copies->rows[row].original) {
        copies->rows[row].original = data;
        copies->rows[row].copy = make_copy(data, bytes);
        copies->used++;
    }
    return copies->rows[row].copy;
}

/* Where copyin of the region that this thread begins finds the master's values:
 * of a region of one thread, that is the thread itself.  What the master has no
 * copy of it has not changed. */
EXPORTED void *mpg__omp_master_copy(void *original, size_t bytes)
{
    if (mpg__frame_now()->threads == 1 || is_master())
        return __kmpc_threadprivate_cached(NULL, 0, original, bytes, NULL);
    struct mpg__private_var *var = atomic_load(mpg__board->privates);
    while (var && var->original != original)
        var = var->next;
    return var ? var->copy : original;
}
