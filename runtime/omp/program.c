/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What makes a program an OpenMP program.
 */
#include "millipage/abi.h"

#include <stdbool.h>

#include "private.h"
#include "stack.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void mpg__omp_program(void)
{
    static bool is_one;
    if (is_one)
        return;
    is_one = true;
    mpg__omp_private_start();
    mpg__omp_stack_start();
}
