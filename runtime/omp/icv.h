/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What OMP_* variables say, and how many threads there are.
 */
#ifndef MPG_OMP_ICV_H
#define MPG_OMP_ICV_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of icv.c's table. */
enum mpg__omp_variable {
    MPG_OMP_NUM_THREADS, /* of each host */
    MPG_OMP_THREAD_LIMIT,
    MPG_OMP_MAX_ACTIVE_LEVELS,
    MPG_OMP_DYNAMIC,
    MPG_OMP_NESTED,
    MPG_OMP_SCHEDULE,
    MPG_OMP_STACKSIZE,
    MPG_OMP_WAIT_POLICY,
    MPG_OMP_PROC_BIND,
    MPG_OMP_PLACES,
    MPG_OMP_CANCELLATION,
    MPG_OMP_MAX_TASK_PRIORITY,
    MPG_OMP_DEFAULT_DEVICE,
    MPG_OMP_DISPLAY_ENV,
    MPG_OMP_DISPLAY_AFFINITY,
    MPG_OMP_AFFINITY_FORMAT,
    MPG_OMP_VARIABLES
};

/* Of a number, its value. */
uint64_t mpg__omp_value(enum mpg__omp_variable);
/* Of words, as they were given. */
const char *mpg__omp_text(enum mpg__omp_variable);
uint32_t mpg__omp_threads_a_host(void);
bool mpg__omp_wants_display(void); /* OMP_DISPLAY_ENV */
void mpg__omp_display(void);
/* affinity.c: prints where this thread is, unless it has in a team of as many.
 */
void mpg__omp_affinity_show(uint32_t threads);
/* The format of OMP_AFFINITY_FORMAT, in shared memory; NULL: there is none. */
char *mpg__omp_affinity_given(void);

#endif
