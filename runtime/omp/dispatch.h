/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The share of the next loop that the threads of a region do together: see
 * dispatch.c.  Whoever has entered one counts itself in `left` in the end.
 */
#ifndef MPG_OMP_DISPATCH_H
#define MPG_OMP_DISPATCH_H

struct mpg__frame;
struct mpg__loop_share *mpg__share_enter(struct mpg__frame *);

#endif
