/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the benchmark needs of a job: where host 1 listens, when it may stop to
 * compute, and which backend it has.
 */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "millipage.h"

#pragma millipage shared
static struct wire_place place;

#pragma millipage shared
static volatile int computing;

static volatile double sink; /* of what is computed for its own sake */

void wire_open(void)
{
    if (mpg_host() == 1)
        wire_listen(&place);
    mpg_barrier();
    if (mpg_host() == 0) {
        struct wire_place copy = place;
        wire_call(&copy);
    } else if (mpg_host() == 1) {
        wire_answer();
    }
    mpg_barrier();
}

void compute_begin(void)
{
    if (mpg_host() == 0)
        computing = 1;
    mpg_barrier();
    if (mpg_host() != 1)
        return;
    while (computing) {
        double x = 1;
        for (int i = 0; i < 10000; i++)
            x = x * 1.0000001 + 1e-9;
        sink = x;
    }
}

void compute_end(void)
{
    computing = 0;
}

/* Whoever has a userfaultfd uses it. */
const char *vm_backend(void)
{
    const char *found = "mprotect";
    DIR *all = opendir("/proc/self/fd");
    struct dirent *each;
    while (all && (each = readdir(all))) {
        char what[64] = "";
        if (readlinkat(dirfd(all), each->d_name, what, sizeof what - 1) > 0 &&
            strstr(what, "userfaultfd"))
            found = "uffd";
    }
    if (all)
        closedir(all);
    return found;
}
