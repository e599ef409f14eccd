/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The options of include/millipage/options.def, read once from the
 * environment.
 */
#ifndef MPG_BASE_CONFIG_H
#define MPG_BASE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#define MPG_CONFIG_TYPE_SIZE uint64_t
#define MPG_CONFIG_TYPE_U64  uint64_t
#define MPG_CONFIG_TYPE_BOOL uint64_t
#define MPG_CONFIG_TYPE_STR  const char *

struct mpg__config {
#define OPT(suffix, field, type, standard, min, max, scope, help)              \
    MPG_CONFIG_TYPE_##type field;
#include "millipage/options.def"
#undef OPT
};
extern struct mpg__config mpg__config;

/* Reads every MILLIPAGE_* variable.  A bad value ends the run with its name,
 * the value, the range and the help; an unknown name warns with the nearest
 * one.  Strings point into the environment. */
void mpg__config_read(void);

/* The cluster-wide options as lines "NAME=value\n", for hosts to compare. */
size_t mpg__config_fingerprint(char *text, size_t bytes);

#endif
