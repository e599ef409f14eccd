#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What a program puts from shared memory to its output arrives, every byte.
. "$(dirname "$0")/common.sh"
for hosts in 1 2 4; do
    on $hosts io_stdio
    expect_status 0
    bytes=$(grep '^p*$' "$scratch/out" | tr -cd p | wc -c)
    [ "$bytes" -eq 20479 ] || fail "$bytes bytes of 20479"
done
