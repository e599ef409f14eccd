/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the compiler plugin emits and the runtime reads: the contract between
 * code that was compiled today and a library of tomorrow.  Nothing here is
 * for programs to use.  Any change of a struct or a rule raises MPG_ABI; the
 * runtime refuses units of another number by name.
 *
 * The life of a unit.  Constructor priority 100: mpg__register(&unit).
 * Priority 101: mpg__bind(&unit), after which the slots of all registered
 * variables are filled, then one mpg__initialise per address constant in a
 * shared initialiser.  All of it runs before main and in the same order on
 * every host, so that every host computes the same layout alone.
 */
#ifndef MILLIPAGE_ABI_H
#define MILLIPAGE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MPG_ABI 7

/* Granularity as the source has it. */
enum mpg_abi_grain {
    MPG_GRAIN_DEFAULT = 0, /* one minipage up to a page, else pages */
    MPG_GRAIN_WHOLE = 1,   /* the variable is one minipage */
    MPG_GRAIN_PAGE = 2,    /* minipages of a page */
    MPG_GRAIN_ELEMENT = 3, /* `count` outermost elements a minipage */
    MPG_GRAIN_BYTES = 4,   /* `count` bytes a minipage */
};

/* Where a variable is, as compiled code reads it: symbol `<name>.mpg`.
 *
 *   contiguous:  address(offset) = base + offset
 *   otherwise:   address(offset) = base + offset
 *                    + (mulhi(unit + 1, magic) & mask) * stride
 *
 * where unit = offset / unit size, and mulhi is the upper half of the 128-bit
 * product of two 64-bit numbers.  With magic = floor((2^64 - 1) / K),
 * mulhi(unit + 1, magic) is unit / K for every K >= 1 while unit * K < 2^64,
 * so one multiplication serves any number K of units a minipage.  The runtime
 * writes these once, before main; loads of them are invariant.  For an
 * annotated pointer the slot is the geometry of what it points to: base is
 * unused there, offset and unit count from the pointer.
 *
 * The same bytes are also at
 *
 *   base + offset + composed
 *
 * unless `composed` is MPG_COMPOSED_OFF: in the composed view, where variables
 * are contiguous, and a page may be accessed when all of its minipages may.
 * Loads and stores may go through either address at any time, as the runtime
 * advises by `composed`, which changes while the program runs; a pointer that
 * is kept is the first one. */
struct mpg_abi_slot {
    void *base;
    uint64_t magic;
    uint64_t mask;
    uint64_t stride; /* from one view to the next */
    uint64_t composed;
};

/* No distance of views, which are whole pages. */
#define MPG_COMPOSED_OFF 1

enum mpg_abi_flags {
    MPG_VAR_DEFINED = 1u << 0,    /* this unit defines it */
    MPG_VAR_INTERNAL = 1u << 1,   /* static: the name is no identity */
    MPG_VAR_CONTIGUOUS = 1u << 2, /* code was compiled for base + offset */
    MPG_VAR_HEAP = 1u << 3,       /* describes the allocations of a pointer,
                                     not a variable; size is 0 */
    MPG_VAR_IMPLICIT = 1u << 4,   /* shared because its unit is OpenMP's, by no
                                     pragma; contiguous.  A unit that only
                                     declares such a variable has a slot of
                                     its own linkage: if no unit defines the
                                     variable, it is a library's, and the
                                     runtime points the slot there */
};

/* One shared variable, or the allocations of one pointer, as one unit sees
 * it.  Strings and images live as long as the program. */
struct mpg_abi_var {
    const char *name; /* as in the source; a static local is "function.name",
                         a struct member "struct.member" */
    const char *file; /* of the pragma that made it shared, or of an implicit
                         one's declaration */
    uint32_t line;
    uint32_t column;
    uint32_t flags;   /* enum mpg_abi_flags */
    uint32_t grain;   /* enum mpg_abi_grain */
    uint64_t count;   /* see the grain */
    uint64_t size;    /* bytes; 0 when this unit does not know */
    uint64_t unit;    /* bytes that may never be split: for ELEMENT the
                         outermost element; for BYTES the largest sub-object
                         that divides `count`; else 1 */
    uint64_t element; /* bytes of the outermost element (the variable itself
                         when it is no array) */
    uint64_t align;
    const void *init;  /* `size` bytes, or NULL for zeros */
    const char *parts; /* bytes of the outermost element and of what it is made
                          of, down to the innermost: of `double g[4][5][6]`
                          "240,48,8"; 0 is a size that is not known.  For who
                          explains what hosts took from each other */
    struct mpg_abi_slot *slot;
};

struct mpg_abi_unit {
    uint32_t abi; /* MPG_ABI */
    uint32_t vars_count;
    const char *source; /* the main file */
    const struct mpg_abi_var *vars;
    struct mpg_abi_unit *next; /* the runtime's, NULL at first */
};

/* Added to the grain of a taskloop whose grainsize is strict. */
#define MPG_OMP_GRAIN_STRICT (UINT64_C(1) << 63)

void mpg__register(struct mpg_abi_unit *);
void mpg__bind(struct mpg_abi_unit *);

/* Puts `bytes` at an address inside a bound shared variable, as part of its
 * initial value: the same on every host, no coherence traffic. */
void mpg__initialise(void *address, const void *value, size_t bytes);

/* Allocations of an annotated pointer: `var` is its MPG_VAR_HEAP row.  They
 * return and fail as the functions of the C library they stand for.  Compiled
 * code addresses the result through var->slot, which holds for every
 * allocation of the row.  realloc takes NULL and shared pointers; free is
 * interposed by the library, for pointers of either kind. */
void *mpg__malloc(const struct mpg_abi_var *var, size_t bytes);
void *mpg__calloc(const struct mpg_abi_var *var, size_t count, size_t bytes);
void *mpg__realloc(const struct mpg_abi_var *var, void *, size_t bytes);
void *mpg__aligned_alloc(const struct mpg_abi_var *var, size_t align,
                         size_t bytes);

/* A nest of loops is about to begin, and says what it goes through: `count`
 * uses of memory, for each
 *
 *     void *start, uint64_t bytes, uint32_t shape,
 *     and for each of the shape / 2 loops around it, the innermost one first,
 *     int64_t step, uint64_t times
 *
 * which is about the `bytes` bytes at start + i0 * step0 + i1 * step1 + .., for
 * all 0 <= ik <= timesk.  They are read, or written, too, if shape is odd.
 * Where a loop is not entered its `times` is -1.  All of it is advice: what is
 * wrong, or not shared, is passed over. */
void mpg__foresee(unsigned count, ...);

/* Called by each unit that was compiled with -fopenmp, priority 100: the job is
 * an OpenMP program.  Host 0 alone runs main, the others run its parallel
 * regions with it until it ends. */
void mpg__omp_program(void);

/* Whether this is host 0, which alone runs constructors and destructors of the
 * program's OpenMP units. */
int mpg__omp_is_first(void);

/* Called in a function of an OpenMP unit that has a large frame, when it has
 * moved __safestack_unsafe_stack_ptr for it (bytes is 0), or is about to move
 * it by `bytes` more: ends the job when that is beyond the thread's stack.
 * Returns 0, which the compiler does not know. */
size_t mpg__omp_stack_check(size_t bytes);

/* Where copyin finds the master's value of a threadprivate variable: for the
 * variable, of `bytes` bytes, the address of the master's copy, or the variable
 * itself when the master has none.  Called at the start of the function that
 * copies, which ends that with a barrier. */
void *mpg__omp_master_copy(void *variable, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
