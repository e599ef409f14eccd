/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The error directive while a program runs: a line on standard error, with the
 * place; the fatal one ends the job, and nothing that was printed is lost.
 *
 * RUN: %S/error.sh %t %s
 */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    int wanted = 3;
    printf("before\n");
#pragma omp error at(execution) severity(warning) message("take care")
#pragma omp parallel num_threads(2)
    if (omp_get_thread_num() == 1 && wanted == 3) {
        printf("in between\n");
#pragma omp error at(execution) severity(fatal) message("three is too many")
    }
    printf("after\n");
    return 0;
}
