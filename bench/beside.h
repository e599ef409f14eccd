/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Cases of the programs beside mpgbench: OpenMP and MPI want a main of their
 * own.  Those programs have the functions, mpgbench has the names and starts
 * them.
 */
#ifndef MPG_BENCH_BESIDE_H
#define MPG_BENCH_BESIDE_H

#include "bench.h"

/* Runs what is wanted of the first group; one process speaks.  Returns what
 * main has to return. */
int run_beside(const struct arguments *, bool is_speaker);

/* plain_objects.c: how long it takes to go through the C library's. */
double plain_objects(void);

#define OMP_PROGRAM "mpgbench-omp"
#define MPI_PROGRAM "mpgbench-mpi"

#define BESIDE(name, what, run, size, program)                                 \
    {name, what,   "tcp_round_trip_polling", 2, RATIO_TIME, run, size, 0,      \
     NULL, program}

#define REGION_START(run)                                                      \
    BESIDE("region_start", "an empty OpenMP region on all hosts", run, 0,      \
           OMP_PROGRAM)
#define OMP_BARRIER(run)                                                       \
    BESIDE("omp_barrier", "an OpenMP barrier of all hosts", run, 0, OMP_PROGRAM)

#define OBJECTS(name, what, run, changed)                                      \
    {"objects_" name,                                                          \
     "16,384 objects of malloc in no order, " what,                            \
     "plain_c",                                                                \
     2,                                                                        \
     RATIO_TIME,                                                               \
     run,                                                                      \
     0,                                                                        \
     changed,                                                                  \
     NULL,                                                                     \
     OMP_PROGRAM}
#define OBJECTS_WALK(run) OBJECTS("walk", "all here", run, 0)
#define OBJECTS_READ(run)                                                      \
    OBJECTS("read", "that another host has changed", run, 1)
#define OBJECTS_APART(run)                                                     \
    OBJECTS("apart", "a half changed by each host", run, 0)

#define MPI_PING_PONG(run, bytes)                                              \
    BESIDE("mpi_ping_pong_" #bytes, "MPI: " #bytes " bytes there and back",    \
           run, bytes, MPI_PROGRAM)
#define MPI_BARRIER(run)                                                       \
    BESIDE("mpi_barrier_2", "MPI_Barrier of two processes", run, 0, MPI_PROGRAM)

#endif
