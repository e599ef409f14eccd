#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Standard input goes to host 0; the others have none.
. "$(dirname "$0")/lib.sh"

head -c 1000000 /dev/urandom >bytes
"$MILLIRUN" -n 3 "$HOST" cat finish <bytes >out
cmp bytes out || fail "the input did not arrive whole"

# A host that reads nothing holds nobody up.
"$MILLIRUN" -n 2 "$HOST" finish <bytes >out 2>err || fail "input unread"
yes | "$MILLIRUN" -n 2 "$HOST" finish >out 2>err || fail "endless input"
"$MILLIRUN" -n 2 cat <&- >out 2>err || fail "closed input"

# Input is passed on as it comes, and answers as they come.
mkfifo questions
start sh -c 'exec "$0" "$@" <questions' "$MILLIRUN" "$HOST" cat finish
exec 5>questions
echo one >&5
read -r line <&4
[ "$line" = one ] || fail "one was due, not $line"
echo two >&5
read -r line <&4
[ "$line" = two ] || fail "two was due, not $line"
exec 5>&-
finish
expect_status 0
