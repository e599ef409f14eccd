/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The second stack of each thread: local variables of OpenMP units whose
 * address escapes live there, where every host can read them.
 */
#ifndef MPG_OMP_STACK_H
#define MPG_OMP_STACK_H

#include <stdint.h>

/* Gives the calling thread a stack in shared memory, unless it has one: of
 * what ulimit -s says in main, of OMP_STACKSIZE elsewhere.  Threads made by
 * pthread_create have that done for them, and mpg__omp_stack_leave, which gives
 * it back, too. */
void mpg__omp_stack_enter(void);
void mpg__omp_stack_leave(void);
/* How many threads will have one, on all hosts: the usual ones become smaller
 * when there are many. */
void mpg__omp_stack_team(uint32_t threads);

/* From now on threads that the program makes have such a stack; has the fault
 * handler watch over stacks.  Once, before main. */
void mpg__omp_stack_start(void);

#endif
