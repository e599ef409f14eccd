#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Output is forwarded byte for byte, in whole lines, each to where it belongs.
. "$(dirname "$0")/lib.sh"

# No newline is added, no byte is changed.
run "$MILLIRUN" -n 1 "$HOST" 'print=one\nunfinished' 'errors=two\n' finish
expect_status 0
printf 'one\nunfinished' | cmp - out || fail "the output has changed"
printf 'two\n' | cmp - err || fail "the errors have changed"
head -c 300000 /dev/urandom >bytes
run "$MILLIRUN" -n 1 cat bytes
cmp bytes out || fail "binary output has changed"
run "$MILLIRUN" -n 3 "$HOST" print=x finish
printf xxx | cmp - out || fail "unfinished lines were changed"

# Parts of a line stay together, even when the hosts take turns with them.
run "$MILLIRUN" -n 2 "$HOST" 'print=a' round 'print=b' round 'print=c\n' finish
expect_status 0
expect_out 'abc
abc'

# Many lines of many hosts: each host's in its order, none torn.
run "$MILLIRUN" -n 4 "$HOST" fill=20000 finish
expect_status 0
for host in 0 1 2 3; do
    "$MILLIRUN" -n 4 "$HOST" $host:fill=20000 finish >alone
    grep "^host $host " out | cmp - alone || fail "host $host: not its lines"
done
[ "$(wc -l <out)" -eq 80000 ] || fail "80000 lines were due"

# A line longer than is kept back arrives all the same.
head -c 200000 /dev/zero | tr '\0' x >long
run "$MILLIRUN" -n 2 cat long
[ "$(wc -c <out)" -eq 400000 ] || fail "400000 bytes were due"
