/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Included before everything else by each file of the runtime under the
 * fuzzer: its variables go to sections of their own, and its mappings through
 * calls of ours, so that every input finds the host as it was at first.
 */
#ifndef MPG_TEST_FRESH_H
#define MPG_TEST_FRESH_H

#include <sys/mman.h>

#pragma clang section bss = "mpg_bss" data = "mpg_data"

void *fresh_mmap(void *, size_t, int, int, int, off_t);
int fresh_munmap(void *, size_t);
#define mmap   fresh_mmap
#define munmap fresh_munmap

#endif
