/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What mpgbench knows of the programs beside it.
 */
#include "beside.h"

const struct bench_case omp_cases[] = {
    REGION_START(NULL), OMP_BARRIER(NULL),   OBJECTS_WALK(NULL),
    OBJECTS_READ(NULL), OBJECTS_APART(NULL), {0},
};

const struct bench_case mpi_cases[] = {
    MPI_PING_PONG(NULL, 64),
    MPI_PING_PONG(NULL, 4096),
    MPI_BARRIER(NULL),
    {0},
};
