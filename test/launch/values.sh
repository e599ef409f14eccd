#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Flags and variables reach the hosts; unknown ones are named.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" -n 2 --memory 2g --connect-ms=77 --info "$HOST" options finish
expect_status 0
[ "$(grep -c '^MILLIPAGE_MEMORY=2147483648$' out)" -eq 2 ] || fail "memory"
[ "$(grep -c '^connect_ms 77$' out)" -eq 2 ] || fail "connect_ms"
# Options that may differ are not compared.
! grep -q MILLIPAGE_CONNECT_MS out || fail "connect_ms is not cluster-wide"
expect_err ''

# A flag is stronger than the environment.
MILLIPAGE_MEMORY=1M
export MILLIPAGE_MEMORY
run "$MILLIRUN" "$HOST" options finish
grep -q '^MILLIPAGE_MEMORY=1048576$' out || fail "the environment is ignored"
run "$MILLIRUN" --memory=4M "$HOST" options finish
grep -q '^MILLIPAGE_MEMORY=4194304$' out || fail "the flag is ignored"
unset MILLIPAGE_MEMORY

# One host complains for all.
MILLIPAGE_CONECT_MS=1
MILLIPAGE_XYZZYXYZZY=1
export MILLIPAGE_CONECT_MS MILLIPAGE_XYZZYXYZZY
run "$MILLIRUN" -n 4 "$HOST" options finish
expect_status 0
[ "$(wc -l <err)" -eq 2 ] || fail "two lines were due"
grep -q 'CONECT_MS is not an option; did you mean MILLIPAGE_CONNECT_MS?' err ||
    fail "no nearest name"
grep -q 'XYZZYXYZZY is not an option; millirun --help-env' err ||
    fail "a far name has no nearest one"

# Programs get what they were given.
VARIABLE="a 'b' \"c\" \$d" && export VARIABLE
run "$MILLIRUN" sh -c 'printf "%s\n" "$VARIABLE" "$@"' sh 'e  f' '' '*'
expect_out "$VARIABLE
e  f

*"

# A script in between knows which host it is.
run "$MILLIRUN" -n 3 sh -c 'echo "$MILLIPAGE_HOST"'
expect_sorted '0
1
2'
