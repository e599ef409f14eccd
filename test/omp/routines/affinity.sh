#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   affinity.sh SCRATCH SOURCE
set -eu
scratch=$1
"$BIN/millicc" -fopenmp -O1 "$2" -o "$scratch.program"

# A line for each thread when the team's size changes.
printf '%s\n' '0 of 3' '0 of 4' '1 of 3' '1 of 4' '2 is here' '2 of 3' \
    '2 of 4' '3 of 4' 'now of 1' >"$scratch.expected"
OMP_DISPLAY_AFFINITY=true OMP_AFFINITY_FORMAT='%n of %N' timeout 60 \
    "$BIN/millirun" -n 2 --threads 2 "$scratch.program" | sort |
    diff "$scratch.expected" -
# Without it nothing but what the program asks for; a host, a process and its
# processors are in the usual format.
timeout 60 "$BIN/millirun" -n 2 --threads 2 "$scratch.program" | sort |
    diff - /dev/fd/3 3<<'END'
2 is here
now of 1
END
