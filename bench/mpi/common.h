/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The twins in MPI use what the examples have in common (arguments, input,
 * report) and so have the same command line and print the same lines.  All
 * that it asks of Millipage is who we are.
 */
#ifndef MPG_BENCH_MPI_COMMON_H
#define MPG_BENCH_MPI_COMMON_H

#include <mpi.h>

#include "../../examples/common.h"

int mpg_host(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int mpg_hosts(void)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

#endif
