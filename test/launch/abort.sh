#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A host that ends the job gives the reason, which is printed once.
. "$(dirname "$0")/lib.sh"

start "$MILLIRUN" -n 4 "$HOST" round '1:fatal=page 7 is missing' hang
finish
expect_status 70
expect_err 'millipage: host 1: page 7 is missing'

# Before anybody said anything else.
start "$MILLIRUN" -n 4 "$HOST" '3:fatal=no memory' finish
finish
expect_status 70
expect_err 'millipage: host 3: no memory'

# All at once: one line.
start "$MILLIRUN" -n 4 "$HOST" 'fatal=wrong' finish
finish
expect_status 70
expect_line '^millipage: host [0-3]: wrong$'

# Others that leave because of it do not matter, nor that they ignore SIGTERM.
start "$MILLIRUN" -n 4 "$HOST" ignore round '2:fatal=first' hang
finish
expect_status 70
expect_err 'millipage: host 2: first'

# What was printed before is not lost.
start "$MILLIRUN" -n 2 "$HOST" 'print=before\n' 'errors=also\n' '0:fatal=then' \
    hang
finish
[ "$(head -n 1 out)" = before ] || fail "output before the end is missing"
grep -q also err || fail "errors before the end are missing"
