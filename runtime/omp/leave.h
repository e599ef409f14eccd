/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The end of an OpenMP job, and its output: what leave.c and output.c share.
 */
#ifndef MPG_OMP_LEAVE_H
#define MPG_OMP_LEAVE_H

#include <stdint.h>

struct mpg__message;

/* Once, when all hosts are about to be in main. */
void mpg__leave_start(void);
/* Host 0, when its program has ended: the others may go. */
void mpg__leave_finish(void);
/* Makes the clerk look; from anywhere. */
void mpg__leave_call(void);

/* output.c */
/* Puts a pipe in the place of standard output; answers its other end. */
int mpg__output_start(void);
/* Hands on what is in the pipe. */
void mpg__output_drain(void);
/* Host 0: prints what others have sent. */
void mpg__output_print(void);
/* Nobody will take any more. */
void mpg__output_stop(void);
/* Under the engine's lock: NULL or what is wrong. */
const char *mpg__output_deliver(const struct mpg__message *,
                                const void *payload);

#endif
