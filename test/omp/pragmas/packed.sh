#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   packed.sh SCRATCH SOURCE: --explain says that hosts use different objects of
# the same pages, and what helps; doing it helps, as does --pack=0.
set -u
scratch=$1
source=$2
export MILLIPAGE_EXPLAIN="$scratch.text"

fail() {
    echo "failed: $*"
    cat "$scratch.text"
    exit 1
}

# says PATTERN
says() {
    grep -q -- "$1" "$scratch.text"
}

# taken COMMAND [OPTION...]: what hosts took from each other in a run of it.
taken() {
    timeout 100 "$BIN/millirun" -n 2 --threads 1 --stats "$scratch.stats" \
        "$@" >"$scratch.out" || fail "$1: status $?"
    sed -n 's/.*"total".*"invalidations": *\([0-9]*\).*/\1/p' "$scratch.stats"
}

"$BIN/millicc" -w -fopenmp -O2 -g "$source" -o "$scratch.shared" || exit 1
"$BIN/millicc" -w -fopenmp -O2 -g "$source" -o "$scratch.apart" -DAPART ||
    exit 1

shared=$(taken "$scratch.shared")
says 'in minipages of 4 KiB, shared by objects of 32 bytes' ||
    fail 'nothing is said of objects that share pages'
says '-> #pragma millipage shared granularity(whole) before the pointer' ||
    fail 'no advice'
apart=$(taken "$scratch.apart")
says 'granularity(whole)' && fail 'the advice is given again'
alone=$(taken --pack=0 "$scratch.shared")
says 'shared by objects' && fail '--pack=0 packs'
echo "$shared invalidations; $apart with the pragma, $alone with --pack=0"
[ $((2 * apart)) -lt "$shared" ] || fail "the pragma is of no use"
[ $((2 * alone)) -lt "$shared" ] || fail "--pack=0 is of no use"
