#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# SIGINT, SIGTERM and SIGHUP end every host; a second one ends them hard.
. "$(dirname "$0")/lib.sh"

interrupt() {
    start "$MILLIRUN" -n 3 "$HOST" 'print=up\n' "$3" round 'print=in\n' hang
    for line in 1 2 3 4 5 6; do
        read -r line <&4
    done
    kill -"$1" "$job"
    [ "$3" = round ] || kill -"$1" "$job"
    finish
    expect_status "$2"
    expect_err ''
}

interrupt INT 130 round
interrupt TERM 143 round
interrupt HUP 129 round
interrupt INT 130 ignore

# Of programs that know nothing of us everything ends too: children as well.
start "$MILLIRUN" -n 2 sh -c 'cat /dev/zero >/dev/null & echo up; wait'
read -r line <&4
read -r line <&4
kill -INT "$job"
finish
expect_status 130
