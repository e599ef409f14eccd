/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other host's side of mpg_spawn.
 */
#ifndef MPG_API_SPAWN_H
#define MPG_API_SPAWN_H

void mpg__spawn_start(void);

#endif
