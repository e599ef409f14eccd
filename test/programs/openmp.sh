#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# openmp.sh MILLIRUN ARGUMENTS REFERENCE PROGRAM...: every program, on 1, 2 and
# 4 hosts of one and of two threads, prints on stdout what the reference does,
# one process that gcc has compiled.  ARGUMENTS is one word, split at blanks.
millirun=$1
arguments=$2
reference=$3
shift 3
directory=$(mktemp -d) || exit 2
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 2

# shellcheck disable=SC2086 # these are several arguments
OMP_NUM_THREADS=4 "$reference" $arguments >expected 2>errors || {
    echo "FAILED: $reference $arguments: status $?"
    cat expected errors
    exit 1
}
tail -n 1 expected
runs=0
failed=0
for program; do
    for shape in 1x1 1x2 2x1 2x2 4x1; do
        runs=$((runs + 1))
        # shellcheck disable=SC2086
        timeout 60 "$millirun" -n "${shape%x*}" --threads "${shape#*x}" \
            "$program" $arguments >got 2>errors
        status=$?
        if [ $status -ne 0 ] || ! diff expected got; then
            echo "FAILED: $program $arguments, $shape: status $status"
            cat errors
            failed=$((failed + 1))
        fi
    done
done
echo "$runs runs, $failed failed"
[ $runs -gt 0 ] && [ $failed -eq 0 ]
