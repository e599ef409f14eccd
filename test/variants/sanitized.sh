#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A program, or all that there are, with a sanitized library:
#
#   sanitized.sh MILLIRUN FOLDER BACKEND "HOSTS..." [PROGRAM [ARGUMENT...]]
#
# Ends with status 1 if one of them failed.  Nothing is suppressed.
set -u
millirun=$1
folder=$2
backend=$3
hosts=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
# The thread sanitizer's version of the library has less room for views.
export MILLIPAGE_MEMORY=256M
# The faults are the library's and the program's.  The thread sanitizer would
# ask for them before the library's sigaction, which it comes upon, can be
# called; the address sanitizer would make a report of the crash that a program
# is there to make.
ours="handle_segv=0 handle_sigbus=0 handle_abort=0 handle_sigill=0 \
handle_sigfpe=0"
export TSAN_OPTIONS="$ours ${TSAN_OPTIONS:-}"
export ASAN_OPTIONS="$ours ${ASAN_OPTIONS:-}"

run() { sh "$here/../e2e/run.sh" "$millirun" "$backend" "$hosts" "$@"; }

if [ $# -gt 0 ]; then
    program=$1
    shift
    run "$folder/$program" "$@"
    exit
fi
count=0
failed=
for program in "$folder"/*; do
    case $program in *.so | */litmus) continue ;; esac # litmus: by itself
    count=$((count + 1))
    run "$program" || failed="$failed ${program##*/}"
done
echo "$count programs on $hosts hosts ($backend); failed:${failed:- none}"
[ $count -gt 0 ] && [ -z "$failed" ]
