/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * threadprivate variables: a copy for each thread, in the shared heap, so that
 * its address may go to other hosts.
 *
 * The variable itself is private memory of each host, and no thread works on
 * it.  It serves two ends: its initial value is where every copy begins (kept
 * in `pristine` before it is first overwritten), and copyin is compiled to read
 * the master's value there.  So, when a region begins, each host fetches what
 * the master's copies have into its own originals.  That reads a minipage a
 * variable, which is a fault only if the master has written since.
 *
 * Which variables there are is a list in shared memory, headed by the board;
 * the master adds a variable when it first uses it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "board.h"
#include "team.h"
#include "threadprivate.h"

/* In shared memory. */
struct mpg__private_var {
    struct mpg__private_var *next;
    void *original;
    void *copy; /* the master's */
    size_t bytes;
};

/* A host's: what a variable was before it was first overwritten. */
struct pristine {
    struct pristine *next;
    void *original;
    char value[];
};
static struct pristine *pristines;
static mpg__mutex lock;    /* of pristines, and of writing originals */
static uint32_t refreshed; /* the region for which that was done */

/* A thread's: a table by address, a power of two long. */
struct mpg__private_copies {
    uint32_t size, used;
    struct {
        void *original, *copy;
    } rows[];
};

static const void *pristine_of(void *original, size_t bytes)
{
    struct pristine *each = pristines;
    while (each && each->original != original)
        each = each->next;
    if (each)
        return each->value;
    each = malloc(sizeof *each + bytes);
    if (!each)
        mpg__fatal("no memory for a threadprivate variable");
    each->original = original;
    memcpy(each->value, original, bytes);
    each->next = pristines;
    pristines = each;
    return each->value;
}

uint32_t mpg__private_any(void)
{
    return mpg__self.copies != NULL;
}

void mpg__private_refresh(uint32_t are_any)
{
    if (!are_any)
        return;
    mpg__mutex_lock(&lock);
    if (refreshed != mpg__team_regions()) {
        struct mpg__private_var *var = atomic_load(mpg__board->privates);
        for (; var; var = var->next) {
            pristine_of(var->original, var->bytes);
            memcpy(var->original, var->copy, var->bytes);
        }
        refreshed = mpg__team_regions();
    }
    mpg__mutex_unlock(&lock);
}

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
    mpg__mutex_lock(&lock);
    memcpy(copy, pristine_of(original, bytes), bytes);
    mpg__mutex_unlock(&lock);
    if (!is_master())
        return copy;
    struct mpg__private_var *var =
        mpg__board_make(sizeof *var, "a threadprivate variable");
    _Atomic(struct mpg__private_var *) *head = mpg__board_get()->privates;
    *var = (struct mpg__private_var){atomic_load(head), original, copy, bytes};
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
