/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What units_a.c and units_b.c share.
 */
#ifndef UNITS_H
#define UNITS_H

struct record {
    long value;
    struct record *next;
};

struct settings {
    double factor;
    int table[3];
};

extern int common_count;
extern struct record records[30];
extern struct record *newest;
extern const char *unit_names[];
extern struct settings settings;
extern int per_thread;
#pragma omp threadprivate(per_thread)

void fill(struct record *record, int i);
void run_elsewhere(int times);
int hidden_there(void);
int seven(void);

#endif
