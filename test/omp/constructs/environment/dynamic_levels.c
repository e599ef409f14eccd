/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * OMP_DYNAMIC, OMP_MAX_ACTIVE_LEVELS and OMP_CANCELLATION are what the
 * routines tell.
 */
// ENV: OMP_DYNAMIC=false OMP_MAX_ACTIVE_LEVELS=1 OMP_CANCELLATION=false
#include <omp.h>
#include <stdio.h>

int main(void)
{
    printf("%d %d %d\n", omp_get_dynamic(), omp_get_max_active_levels(),
           omp_get_cancellation());
    return 0;
}
