/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The second stack of each thread: local variables of OpenMP units whose
 * address escapes live there, where every host can read them.
 */
#ifndef MPG_OMP_STACK_H
#define MPG_OMP_STACK_H

#include <stddef.h>

/* Gives the calling thread a stack in shared memory, of mpg__omp_stack_bytes,
 * unless it has one; main and every thread made by pthread_create need it
 * before they enter the program's code.  mpg__omp_stack_leave gives it back;
 * threads made by pthread_create have that done for them. */
void mpg__omp_stack_enter(void);
void mpg__omp_stack_leave(void);

/* OMP_STACKSIZE; 0, as long as nobody has set it, is what ulimit -s says. */
extern size_t mpg__omp_stack_bytes;

/* From now on threads that the program makes have such a stack; has the fault
 * handler watch over stacks.  Once, before main. */
void mpg__omp_stack_start(void);

#endif
