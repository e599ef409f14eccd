/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Before main and after it.
 *
 * The library's constructor (engine/start.c) makes the memory; constructors of
 * the program's units lay their variables out; then main is to find itself
 * among the other hosts.  No constructor can know that it is the last one, so
 * the C library's entry is interposed: it calls main, and we come in between.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "init.h"

#include "alloc.h"
#include "base/fatal.h"
#include "engine/engine.h"
#include "spawn.h"
#include "vars.h"

typedef int start_main_fn(mpg__main_fn *, int, char **, void (*)(void),
                          void (*)(void), void (*)(void), void *);

static mpg__main_fn *the_main;
mpg__main_fn *(*mpg__main_for_host)(mpg__main_fn *);
void (*mpg__before_finish)(void);

static int joined_main(int count, char **arguments, char **environment)
{
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
    if (mpg__main_for_host)
        the_main = mpg__main_for_host(the_main);
    return the_main(count, arguments, environment);
}

int __libc_start_main(mpg__main_fn *, int, char **, void (*)(void),
                      void (*)(void), void (*)(void), void *);

__attribute__((visibility("default"))) int
__libc_start_main(mpg__main_fn *its_main, int count, char **arguments,
                  void (*init)(void), void (*fini)(void), void (*unload)(void),
                  void *stack_end)
{
    start_main_fn *next =
        (start_main_fn *)dlsym(RTLD_NEXT, "__libc_start_main");
    if (!next)
        mpg__fatal("the C library has no __libc_start_main");
    the_main = its_main;
    return next(joined_main, count, arguments, init, fini, unload, stack_end);
}

static pid_t process;

__attribute__((constructor(103))) static void at_load(void)
{
    process = getpid();
    mpg__layout_check = mpg__vars_check;
    mpg__vars_start();
    mpg__alloc_start();
    mpg__spawn_start();
}

/* A library's destructor runs behind the program's own exit handlers, with
 * exit's status decided.  A child of fork is no host of the job. */
__attribute__((destructor)) static void at_exit(void)
{
    if (getpid() != process)
        return;
    if (mpg__before_finish)
        mpg__before_finish();
    mpg__engine_finish();
}
