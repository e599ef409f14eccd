#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   error.sh SCRATCH SOURCE
set -eu
scratch=$1
"$BIN/millicc" -fopenmp -O1 "$2" -o "$scratch.program"
status=0
timeout 60 "$BIN/millirun" -n 2 --threads 1 "$scratch.program" \
    >"$scratch.out" 2>"$scratch.said" || status=$?
[ $status -eq 1 ]
printf 'before\nin between\n' | diff - "$scratch.out"
sed 's, [^ ]*/error.c, error.c,' "$scratch.said" | diff - /dev/fd/3 3<<'END'
millipage: host 0: error.c:15: take care
millipage: host 1: error.c:19: three is too many
END
