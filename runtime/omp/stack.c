/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Stacks that every host can read.
 *
 * A function compiled with the attribute safestack keeps the variables whose
 * address it gives away below __safestack_unsafe_stack_ptr, and the rest on
 * the thread's own stack.  We provide that pointer (LLVM's SafeStack.cpp says
 * of what kind the symbol must be) and point it into shared memory.  Its pages
 * are homed on the thread's host: as long as nobody else looks at them they
 * cost a page fault each, once.
 *
 * Constructors of the program run before there is shared memory; until main
 * the pointer is at the top of an ordinary array.
 *
 * Overflow.  Below each stack is a guard that nobody may touch: the fault
 * handler asks check_guard.  A frame that is so large that it may lead over the
 * guard is checked by compiled code (mpg__omp_stack_check).  A thread's guard
 * is a guard for that thread alone, hence costs nobody else anything.
 */
#include "stack.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <threads.h>
#include <unistd.h>

#include "api/alloc.h"
#include "base/fatal.h"
#include "engine/engine.h"
#include "millipage/abi.h"
#include "team.h"
#include "vm/vm.h"

#define EXPORTED    __attribute__((visibility("default")))
#define INITIAL_TLS __attribute__((tls_model("initial-exec")))

/* More than the largest frame without a check, LargeFrame in
 * plugin/ir/OpenMP.cpp, several times, as functions are inlined later. */
#define MPG_OMP_STACK_GUARD (UINT64_C(1) << 20)
#define BYTES_USUAL         (UINT64_C(8) << 20)
#define BYTES_MIN           (UINT64_C(64) << 10)
/* Stacks of a large team, whose size nobody has chosen, have this part of the
 * memory together.  It is only address space, but as such it is used up. */
#define PART_OF_MEMORY    8u
#define BYTES_BEFORE_MAIN (UINT64_C(1) << 20)

static char before_main[BYTES_BEFORE_MAIN] __attribute__((aligned(4096)));

extern __thread void *__safestack_unsafe_stack_ptr;
EXPORTED INITIAL_TLS __thread void *__safestack_unsafe_stack_ptr =
    before_main + BYTES_BEFORE_MAIN;

/* This thread's; start is NULL while it has none of its own. */
struct stack {
    char *start; /* of the guard */
    uint64_t bytes;
    bool is_shared;
};
static INITIAL_TLS __thread struct stack mine;

static bool is_started;

_Noreturn static void overflow(void)
{
    uint64_t bytes =
        mine.start ? mine.bytes - MPG_OMP_STACK_GUARD : BYTES_BEFORE_MAIN;
    mpg__fatal("stack overflow: the %llu KiB that this thread has for local "
               "variables whose address is taken are full; raise "
               "OMP_STACKSIZE, or ulimit -s",
               (unsigned long long)bytes / 1024);
}

/* In the fault handler. */
static void check_guard(const void *address)
{
    if (mine.start &&
        (uintptr_t)address - (uintptr_t)mine.start < MPG_OMP_STACK_GUARD)
        overflow();
}

EXPORTED size_t mpg__omp_stack_check(size_t bytes)
{
    uintptr_t low = mine.start ? (uintptr_t)mine.start + MPG_OMP_STACK_GUARD
                               : (uintptr_t)before_main;
    uintptr_t top = mine.start ? (uintptr_t)mine.start + mine.bytes
                               : (uintptr_t)before_main + BYTES_BEFORE_MAIN;
    uintptr_t at = (uintptr_t)__safestack_unsafe_stack_ptr;
    if (at < low || at > top || at - low < bytes)
        overflow();
    return 0;
}

/* Making one. */

static _Atomic uint32_t team_threads = 1;

void mpg__omp_stack_team(uint32_t threads)
{
    atomic_store(&team_threads, threads);
}

static uint64_t bytes_wanted(uint64_t bytes)
{
    struct rlimit limit;
    if (!bytes && gettid() != getpid()) /* OMP_STACKSIZE is not main's. */
        bytes = mpg__omp_stack_bytes;
    bool is_chosen = bytes != 0;
    if (!bytes && !getrlimit(RLIMIT_STACK, &limit) &&
        limit.rlim_cur != RLIM_INFINITY)
        bytes = limit.rlim_cur;
    if (!bytes)
        bytes = BYTES_USUAL;
    uint64_t share =
        mpg__vm.bytes / PART_OF_MEMORY / atomic_load(&team_threads);
    if (!is_chosen && bytes > share)
        bytes = share;
    if (bytes < BYTES_MIN)
        bytes = BYTES_MIN;
    return MPG_OMP_STACK_GUARD +
           ((bytes + MPG_PAGE - 1) & ~(uint64_t)(MPG_PAGE - 1));
}

static char *shared_stack(uint64_t bytes)
{
    struct mpg__grain grain = {MPG_PAGE, (uint32_t)(bytes / MPG_PAGE), 1};
    bool is_fresh;
    struct mpg__outside before;
    if (bytes / MPG_PAGE > UINT32_MAX)
        return NULL;
    mpg__enter(&before);
    /* No array: its pages belong to this host. */
    char *got = mpg__run_allocate(&grain, false, MPG_PAGE, &is_fresh);
    mpg__leave(&before);
    return got;
}

static char *private_stack(uint64_t bytes)
{
    char *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        return NULL;
    mprotect(got, MPG_OMP_STACK_GUARD, PROT_NONE);
    return got;
}

static void enter(uint64_t wanted, bool is_shared)
{
    if (mine.start)
        return;
    struct stack stack = {.bytes = bytes_wanted(wanted),
                          .is_shared = is_shared};
    stack.start =
        is_shared ? shared_stack(stack.bytes) : private_stack(stack.bytes);
    if (!stack.start)
        mpg__fatal("no memory for a stack of %llu KiB: MILLIPAGE_MEMORY says "
                   "how much there is, OMP_STACKSIZE and ulimit -s how large "
                   "stacks are",
                   (unsigned long long)stack.bytes / 1024);
    mine = stack;
    __safestack_unsafe_stack_ptr = stack.start + stack.bytes;
}

void mpg__omp_stack_enter(void)
{
    enter(0, true);
}

void mpg__omp_stack_leave(void)
{
    struct stack stack = mine;
    struct mpg__outside before;
    if (!stack.start)
        return;
    mine.start = NULL;
    __safestack_unsafe_stack_ptr = before_main + BYTES_BEFORE_MAIN;
    if (!stack.is_shared) {
        munmap(stack.start, stack.bytes);
        return;
    }
    mpg__enter(&before);
    mpg__run_free(stack.start);
    mpg__leave(&before);
}

/* Threads of the program. */

struct start {
    void *(*run)(void *);
    int (*run_c11)(void *);
    void *argument;
    uint64_t bytes;
    bool is_shared;
};

static pthread_key_t at_end;

/* Destructors of other keys are the program's code and need the stack: this
 * one puts itself off to the last round of them. */
static void end_of_thread(void *rounds)
{
    if ((uintptr_t)rounds < PTHREAD_DESTRUCTOR_ITERATIONS &&
        !pthread_setspecific(at_end, (void *)((uintptr_t)rounds + 1)))
        return;
    mpg__omp_stack_leave();
}

static void begin_thread(void *argument, struct start *start)
{
    *start = *(struct start *)argument;
    free(argument);
    enter(start->bytes, start->is_shared);
    pthread_setspecific(at_end, (void *)1);
}

static void *run(void *argument)
{
    struct start start;
    begin_thread(argument, &start);
    return start.run(start.argument);
}

static int run_c11(void *argument)
{
    struct start start;
    begin_thread(argument, &start);
    return start.run_c11(start.argument);
}

/* A thread that begins before main, our own server among them, is not to wait
 * for other hosts, which a shared stack may take. */
static struct start *note(struct start start)
{
    struct start *copy = malloc(sizeof *copy);
    start.is_shared = atomic_load(&mpg__engine_is_started);
    if (copy)
        *copy = start;
    return copy;
}

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                      void *);
typedef int create_c11_fn(thrd_t *, thrd_start_t, void *);

EXPORTED int pthread_create(pthread_t *restrict thread,
                            const pthread_attr_t *restrict attributes,
                            void *(*function)(void *), void *restrict argument)
{
    create_fn *next = (create_fn *)dlsym(RTLD_NEXT, "pthread_create");
    size_t bytes = 0;
    if (!is_started)
        return next(thread, attributes, function, argument);
    if (attributes)
        pthread_attr_getstacksize(attributes, &bytes);
    struct start *start = note(
        (struct start){.run = function, .argument = argument, .bytes = bytes});
    if (!start)
        return EAGAIN;
    int error = next(thread, attributes, run, start);
    if (error)
        free(start);
    return error;
}

EXPORTED int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    create_c11_fn *next = (create_c11_fn *)dlsym(RTLD_NEXT, "thrd_create");
    if (!is_started)
        return next(thread, function, argument);
    struct start *start =
        note((struct start){.run_c11 = function, .argument = argument});
    if (!start)
        return thrd_nomem;
    int error = next(thread, run_c11, start);
    if (error != thrd_success)
        free(start);
    return error;
}

void mpg__omp_stack_start(void)
{
    if (is_started)
        return;
    int error = pthread_key_create(&at_end, end_of_thread);
    if (error)
        mpg__fatal("cannot make a key for threads: %s", strerror(error));
    mpg__services.check = check_guard;
    is_started = true;
}
