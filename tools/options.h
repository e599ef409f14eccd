/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The command line of millirun.
 */
#ifndef MILLIRUN_OPTIONS_H
#define MILLIRUN_OPTIONS_H

struct options {
    int hosts;            /* -n; 0 when not given */
    const char *list;     /* -H */
    const char *hostfile; /* --hostfile */
    const char *rsh;      /* --rsh */
    const char *stats;    /* --stats */
    const char *explain;  /* --explain, a row of options.def; NULL: none */
    int tag_output;
    char **program; /* its arguments, NULL at the end */
};

/* Reads and checks everything, and puts the values of options.def rows into
 * the environment.  Ends the run on a mistake, and after --help and its
 * like. */
void options_read(int count, char **arguments, struct options *);

/* The texts of --help and --help-env. */
void help_print(void);
void help_print_environment(void);

/* --connect-ms for MILLIPAGE_CONNECT_MS. */
void option_flag(const char *name, char *flag, unsigned long bytes);

#endif
