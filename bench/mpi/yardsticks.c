/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgbench-mpi: MPI's ping-pong and barrier beside the raw round trip, in the
 * same two processes.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#include "../beside.h"

enum { ROUNDS = 30, TIMES = 50 };

static int rank;

static void run_ping_pong(const struct bench_case *c, struct result *result)
{
    static char bytes[1 << 16];
    int count = (int)c->size;
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Barrier(MPI_COMM_WORLD);
        wire_round_trips(PEER_POLLS, (size_t)c->size, TIMES,
                         &result->yardstick);
        for (int i = 0; i < TIMES; i++) {
            double start = now_us();
            if (rank == 0)
                MPI_Send(bytes, count, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
            MPI_Recv(bytes, count, MPI_BYTE, 1 - rank, 0, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
            if (rank == 1)
                MPI_Send(bytes, count, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
            samples_add(&result->ours, now_us() - start);
        }
    }
}

static void run_barrier(const struct bench_case *c, struct result *result)
{
    (void)c;
    for (int round = 0; round < ROUNDS; round++) {
        MPI_Barrier(MPI_COMM_WORLD);
        wire_round_trips(PEER_POLLS, 64, TIMES, &result->yardstick);
        MPI_Barrier(MPI_COMM_WORLD);
        for (int i = 0; i < TIMES; i++) {
            double start = now_us();
            MPI_Barrier(MPI_COMM_WORLD);
            samples_add(&result->ours, now_us() - start);
        }
    }
}

static const struct bench_case cases[] = {
    MPI_PING_PONG(run_ping_pong, 64),
    MPI_PING_PONG(run_ping_pong, 4096),
    MPI_BARRIER(run_barrier),
    {0},
};

const struct bench_group groups[] = {{"mpi", cases}, {0}};

static void open_wire(void)
{
    struct wire_place place;
    if (rank == 1)
        wire_listen(&place);
    MPI_Bcast(&place, sizeof place, MPI_BYTE, 1, MPI_COMM_WORLD);
    if (rank == 0)
        wire_call(&place);
    else
        wire_answer();
}

int main(int count, char **words)
{
    struct arguments arguments;
    int size;
    MPI_Init(&count, &words);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const char *wrong = parse_arguments(count, words, &arguments);
    if (size != 2)
        wrong = "two processes are needed: mpirun -n 2";
    if (wrong && rank == 0)
        fprintf(stderr, "mpgbench-mpi: %s\n", wrong);
    int status = 2;
    if (!wrong) {
        open_wire();
        status = run_beside(&arguments, rank == 0);
    }
    MPI_Finalize();
    return status;
}
