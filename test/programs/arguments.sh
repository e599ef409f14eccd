#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# arguments.sh MILLIRUN DIRECTORY: what the programs say to wrong arguments.
# One line, once, whatever the number of hosts; status 2; nobody waits.
millirun=$1
directory=$2
output=$(mktemp) || exit 2
trap 'rm -f "$output"' EXIT
failed=0

# expect STATUS PATTERN PROGRAM ARGUMENTS...
expect() {
    status=$1
    pattern=$2
    program=$3
    shift 3
    for hosts in 1 2; do
        "$millirun" -n $hosts "$directory/$program" "$@" >"$output" 2>&1
        got=$?
        if [ $got -eq "$status" ] && [ "$(grep -c "$pattern" "$output")" = 1 ]
        then
            echo "ok: $program $* on $hosts hosts"
        else
            echo "FAILED: $program $* on $hosts hosts: status $got, not" \
                "$status, or no single line '$pattern':"
            sed 's/^/    /' "$output"
            failed=1
        fi
    done
}

for program in sor is water lu tsp heat; do
    expect 0 "^usage: $program " $program --help
    expect 2 "^$program: unknown option '--frobnicate'" $program --frobnicate
    expect 2 "^$program: [A-Z]* is 'many'; it must be a number" $program many
done
expect 2 "^sor: ROWS is '2'; it must be a number from 3 to 32768$" sor 2
expect 2 "^sor: COLS is '64x'; it must be a number from 4 to 64$" sor 64 64x
expect 2 "^sor: one argument too many, '9'" sor 64 64 1 9
expect 2 "^lu: N is 100; it must be a multiple of the block, 32$" lu 100
expect 1 "^heat: /nowhere/x.png cannot be written: " heat 2 /nowhere/x.png 8 8
exit $failed
