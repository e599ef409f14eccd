#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Cards go round between any number of hosts, which know who they are.
. "$(dirname "$0")/lib.sh"

for hosts in 1 2 3 8; do
    run "$MILLIRUN" -n $hosts "$HOST" round round where
    expect_status 0
    host=0
    while [ $host -lt $hosts ]; do
        echo "host $host of $hosts at 127.0.0.1, $host of $hosts here"
        host=$((host + 1))
    done >expected
    sort out | cmp - expected || fail "$hosts hosts do not know who they are"
done

# The hosts of one machine have one address; they and functions are found.
run "$MILLIRUN" -n 8 "$HOST" function meet
expect_status 0
expect_err ''

# More hosts than a small limit of open files would allow.
run "$MILLIRUN" -n 100 "$HOST" round round
expect_status 0

# Alone, without a launcher.
run "$HOST" round round where
expect_status 0
expect_out 'host 0 of 1 at 127.0.0.1, 0 of 1 here'
run "$HOST" 'fatal=it broke'
expect_status 70
expect_err 'millipage: host 0: it broke'
MILLIPAGE_BOOT_FD=1234
export MILLIPAGE_BOOT_FD
run "$HOST" round
expect_status 70
expect_line 'MILLIPAGE_BOOT_FD=1234 is not an open socket'
