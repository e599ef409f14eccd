#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# --stats writes what the hosts counted, host by host and in total.
. "$(dirname "$0")/lib.sh"

run "$MILLIRUN" -n 3 --stats=stats.json "$HOST" 0:stats='reads 3
writes 18446744073709551000
' 1:stats='reads 39
' finish
expect_status 0
cat >expected <<'END'
{"hosts":[
{"host":0,"reads":3,"writes":18446744073709551000},
{"host":1,"reads":39},
{"host":2}
],
"total":{"reads":42,"writes":18446744073709551000}}
END
cmp stats.json expected || fail "the file is wrong: $(cat stats.json)"
run "$MILLIRUN" --stats other.json true
[ "$(tr -d '\n' <other.json)" = '{"hosts":[{"host":0}],"total":{}}' ] ||
    fail "a host without counts: $(cat other.json)"

# What a lost host had said is written too.
run "$MILLIRUN" -n 2 --stats=lost.json "$HOST" 'stats=reads 1' round 1:kill=9 hang
expect_status 137
grep -q '"total":{"reads":2}' lost.json || fail "lost: $(cat lost.json)"

run "$MILLIRUN" --stats=no/such/folder touch ran
expect_status 2
expect_line 'no/such/folder: No such file'
[ ! -e ran ] || fail "something was started"
run "$MILLIRUN" --stats=/dev/full true
expect_status 1
expect_line '/dev/full: No space left'

# The file was forgotten: the program is not taken for it.
printf '#!/bin/sh\ntouch ran\n' >program
chmod +x program
cp program before
run "$MILLIRUN" --stats ./program ./program
expect_status 2
expect_line '--stats ./program: that is a program'
cmp program before || fail "the program is overwritten"
[ ! -e ran ] || fail "something was started"
