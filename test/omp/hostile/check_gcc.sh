#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# check_gcc.sh [FILE OR DIRECTORY]...: is each OpenMP program fit to judge an
# implementation?  It is if an ordinary compiler accepts it without a warning,
# and if it prints the same, with the status that it announces, whatever the
# number of threads.  Without arguments: all of test/omp.
#
# A program is a file NAME.c, or NAME_a.c and NAME_b.c together.  Marks:
#   // STATUS: 3       the status with which it ends (default 0)
#   // THREADS: 4      it needs as many threads, by num_threads
#   // ENV: NAME=VALUE is set when it runs
#   // HARD: why       asks for more than OpenMP alone
#
# Environment: COMPILERS ("gcc"), FLAGS ("-O2"), MORE_FLAGS (after the file
# names), COUNTS ("1 2 4 8").
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- "$here" "$here/../constructs"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Threads that wait must not keep those from running that they wait for.
export OMP_WAIT_POLICY=passive
failed=0
programs=0

complain() {
    echo "$*"
    failed=$((failed + 1))
}

mark() { # mark NAME FILE: what the file says after "// NAME: "
    sed -n "s,^// $1: *,,p" "$2"
}

check() { # check COMPILER FILE...
    compiler=$1
    shift
    program=$scratch/program
    # shellcheck disable=SC2086 # lists of flags
    if ! "$compiler" ${FLAGS:--O2} -g -fopenmp -std=gnu11 -Wall -Wextra \
        -Werror "$@" -o "$program" -lm -lpthread ${MORE_FLAGS:-}; then
        complain "$1: $compiler does not accept it"
        return
    fi
    status=$(mark STATUS "$1")
    first=
    for count in ${COUNTS:-1 2 4 8}; do
        got=0
        # shellcheck disable=SC2046 # one word for each variable
        env OMP_NUM_THREADS="$count" $(mark ENV "$1") \
            timeout 60 "$program" >"$scratch/$count" 2>"$scratch/err" || got=$?
        if [ "$got" != "${status:-0}" ]; then
            complain "$1: $compiler, $count threads: status $got"
            head -n 20 "$scratch/err"
        elif [ -z "$first" ]; then
            first=$count
            [ -s "$scratch/$count" ] || complain "$1: it prints nothing"
        elif ! cmp -s "$scratch/$first" "$scratch/$count"; then
            complain "$1: $compiler: $first and $count threads differ"
            diff "$scratch/$first" "$scratch/$count" | head -n 6
        fi
    done
    # What the compilers make of it must not differ either.
    if [ -n "$first" ] && [ ! -e "$scratch/reference" ]; then
        cp "$scratch/$first" "$scratch/reference"
    elif [ -n "$first" ] && ! cmp -s "$scratch/$first" "$scratch/reference"; then
        complain "$1: the compilers differ"
    fi
}

for file in $(find "$@" -name '*.c' | sort); do
    case $file in
    *_b.c) continue ;;
    *_a.c) files="$file ${file%_a.c}_b.c" ;;
    *) files=$file ;;
    esac
    programs=$((programs + 1))
    rm -f "$scratch/reference"
    for compiler in ${COMPILERS:-gcc}; do
        # shellcheck disable=SC2086 # one word for each file
        check "$compiler" $files
    done
done
echo "$programs programs, $failed failures"
[ "$failed" = 0 ] && [ "$programs" -gt 0 ]
