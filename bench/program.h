/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The programs of examples/ as cases.  Each is included, its main renamed, by a
 * file of its own, since each has a `difference` and others have its names.
 */
#ifndef MPG_BENCH_PROGRAM_H
#define MPG_BENCH_PROGRAM_H

#include "bench.h"

enum { PROGRAM_ROUNDS = 5 };

void run_sor(const struct bench_case *, struct result *);
void run_is(const struct bench_case *, struct result *);
void run_water(const struct bench_case *, struct result *);
void run_lu(const struct bench_case *, struct result *);
void run_tsp(const struct bench_case *, struct result *);

/* A wrong result has no speed. */
void must_be_right(const char *name, const char *difference);

/* Collective: the microseconds that the sequential computation takes, which
 * `compute` does and times.  Hosts 0 and 1 do it one after the other, while
 * nobody else computes, and the mean counts: where other work slows one of two
 * processors down, what runs on both is not to be compared with what runs on
 * the better one, nor with what runs on the worse. */
double alone_us(double (*compute)(void *), void *context);

#endif
