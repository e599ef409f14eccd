#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Every mistake on the command line is one line, and nothing starts.
. "$(dirname "$0")/lib.sh"

# bad PATTERN ARGUMENT...
bad() {
    pattern=$1
    shift
    run "$MILLIRUN" "$@" touch ran
    expect_status 2
    expect_line "$pattern"
    [ ! -e ran ] || fail "$what: something was started"
}

bad '^millirun: -n 0: must be a number of hosts from 1 to 4096$' -n 0
bad '-n x: must be' -n x
bad '-n -1: must be' -n -1
bad '-n 4097: must be' -n4097
bad '--hostfiel is not an option; did you mean --hostfile?' --hostfiel f
bad '--xyzzyxyzzy is not an option; millirun --help' --xyzzyxyzzy
bad '-q is not an option' -q
bad '--tag-output takes no value' --tag-output=2
bad '--memory=12Q: must be a size from 1M to 4T (size of' --memory 12Q
bad '--memory=12Q: must' --memory=12Q
bad '--memory=5T: must' --memory 5T
bad '--memory=-1: must' --memory=-1
bad '--memory=: must' --memory=
bad '--memory=99999999999999999999: must' --memory 99999999999999999999
bad '--memory=9999999999999T: must' --memory 9999999999999T
bad '--connect-ms=10s: must be a number from 1 to 600000' --connect-ms 10s
bad '--info=2: must be a 0 or 1' --info=2
bad '--vm=something-else: must be' --vm something-else
bad '-H and --hostfile' -H a --hostfile b
bad '--rsh needs a command' --rsh ' '
for option in -n -H --hostfile --rsh --stats --memory; do
    run "$MILLIRUN" $option
    expect_status 2
    expect_line "^millirun: $option needs "
done
for nothing in '' '-n 2' '--'; do
    # shellcheck disable=SC2086
    run "$MILLIRUN" $nothing
    expect_status 2
    expect_line 'no program to run'
done

# The environment is checked in the same way, and by hosts too.
MILLIPAGE_SPIN_US=often
export MILLIPAGE_SPIN_US
bad '^millirun: MILLIPAGE_SPIN_US=often: must be a number from 0 to 1000000' -n 2
run "$HOST" options
expect_status 70
expect_line '^millipage: host 0: MILLIPAGE_SPIN_US=often: must be a number'
unset MILLIPAGE_SPIN_US

# Options after the program, or after --, are the program's.
run "$MILLIRUN" -n 1 echo -n x --memory 12Q
expect_status 0
printf 'x --memory 12Q' | cmp - out || fail "the program lost its options"
run "$MILLIRUN" -- echo x
expect_out x
