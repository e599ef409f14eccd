/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Whether nothing of the program can run on this host: it has one thread, and
 * that one waits in here, with the role of receiver.
 *
 * Then nobody can use a vpage until the wait ends, and the changes that
 * messages make to vpages may come after the answers (pages.c): the host that
 * waits for a page gets it before its owner has done what only the owner's own
 * program could notice.
 *
 * Threads are counted by the kernel, so that those count too which were not
 * made by pthread_create.  The library's own (the server thread and, of OpenMP,
 * the one that handles output) use no vpages, and say so.  Asking the kernel is
 * a system call, so it is asked once a wait; what it said holds until the wait
 * ends, for nobody is there to make a thread except for the server thread
 * (mpg_spawn), which says that, too, beforehand.  So does a thread of the
 * library that is about to run exit handlers of the program.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fatal.h"
#include "engine_internal.h"

/* Links of a directory that no thread has added to. */
#define EMPTY_LINKS 2u

static int tasks = -1;         /* /proc/self/task, which has a link a thread */
static _Atomic unsigned inner; /* threads of the library */
static __thread bool is_inner __attribute__((tls_model("initial-exec")));

/* Under the engine's lock. */
static bool is_alone;
static unsigned others; /* threads of the library that use vpages */

static _Atomic bool is_asked; /* in this wait */
static bool waits;            /* of who has the role */

void mpg__alone_start(void)
{
    /* Where there is no such thing, nobody is ever alone. */
    tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void mpg__alone_inner(void)
{
    is_inner = true;
    atomic_fetch_add(&inner, 1);
}

void mpg__alone_begin(void)
{
    waits = !is_inner;
    is_asked = false;
}

void mpg__alone_end(void)
{
    waits = false;
}

bool mpg__alone(void)
{
    struct stat now;
    if (!waits || others)
        return false;
    /* Not fstat, which is interposed, and this may be a signal handler. */
    if (!is_asked)
        is_alone = tasks >= 0 && !syscall(SYS_fstat, tasks, &now) &&
                   now.st_nlink == EMPTY_LINKS + 1 + atomic_load(&inner);
    is_asked = true;
    return is_alone;
}

void mpg__alone_no_more(void)
{
    mpg__engine_lock();
    others++;
    mpg__early_undo();
    mpg__engine_unlock(); /* Changes that came after the answers are made. */
}

void mpg__alone_again(void)
{
    mpg__engine_lock();
    others--;
    is_asked = false;
    mpg__engine_unlock();
}
