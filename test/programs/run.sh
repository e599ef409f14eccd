#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# run.sh MILLIRUN PATTERN PROGRAM ARGUMENTS...
#
# Runs a program on 1, 2, 4 and 8 hosts, on both backends.  A run is good when
# its status is 0 and one of its lines matches PATTERN, a basic regular
# expression in which HOSTS stands for the number of hosts and LAST for the
# last of them.  Prints every run, the whole output of the bad ones, and the
# names of these at the end.
#
# A backend that the kernel refuses is left out, in words; one of the two must
# be there.  Status: 0, 1 when a run was bad, 2 when the command is wrong.
if [ $# -lt 3 ]; then
    echo "usage: run.sh MILLIRUN PATTERN PROGRAM ARGUMENTS..." >&2
    exit 2
fi
millirun=$1
pattern=$2
shift 2
name=$(basename "$1")
output=$(mktemp) || exit 2
trap 'rm -f "$output"' EXIT

count=0
backends=0
failed=
for vm in uffd mprotect; do
    # Start-up says so when the kernel refuses the backend.
    if ! MILLIPAGE_VM=$vm "$millirun" -n 1 "$1" --help >"$output" 2>&1 &&
        grep -q "MILLIPAGE_VM=$vm cannot be used" "$output"; then
        echo "skipped: $vm: $(grep -m 1 MILLIPAGE_VM "$output")"
        continue
    fi
    backends=$((backends + 1))
    for hosts in 1 2 4 8; do
        run="$name on $hosts hosts, $vm"
        expected=$(printf '%s\n' "$pattern" |
            sed "s/HOSTS/$hosts/g; s/LAST/$((hosts - 1))/g")
        MILLIPAGE_VM=$vm "$millirun" -n $hosts "$@" >"$output" 2>&1
        status=$?
        count=$((count + 1))
        if [ $status -eq 0 ] && grep -q -e "$expected" "$output"; then
            echo "ok: $run: $(grep -m 1 -e "$expected" "$output")"
        else
            echo "FAILED: $run: status $status, expected '$expected'"
            sed 's/^/    /' "$output"
            failed="$failed [$run]"
        fi
    done
done

if [ $backends -eq 0 ]; then
    echo "FAILED: $name: no backend works"
    exit 1
fi
if [ -n "$failed" ]; then
    echo "$count runs; FAILED:$failed"
    exit 1
fi
echo "$count runs, all good"
