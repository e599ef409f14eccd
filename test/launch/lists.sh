#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Host lists: who runs where, and every mistake is one line.
. "$(dirname "$0")/lib.sh"

where() {
    run "$MILLIRUN" "$@" "$HOST" where finish
    expect_status 0
}

where -H localhost
expect_out 'host 0 of 1 at 127.0.0.1, 0 of 1 here'
where -H localhost:2,127.0.0.1:1
expect_sorted 'host 0 of 3 at 127.0.0.1, 0 of 3 here
host 1 of 3 at 127.0.0.1, 1 of 3 here
host 2 of 3 at 127.0.0.1, 2 of 3 here'
where -n 2 -H localhost:1,localhost:4
expect_sorted 'host 0 of 2 at 127.0.0.1, 0 of 2 here
host 1 of 2 at 127.0.0.1, 1 of 2 here'
where -n 1 -H localhost,nowhere=10.0.0.1
expect_out 'host 0 of 1 at 127.0.0.1, 0 of 1 here'
printf '# where\n\nlocalhost slots=2 # twice\n  127.0.0.1\r\n' >hosts
where --hostfile hosts
[ "$(wc -l <out)" -eq 3 ] || fail "three hosts were due"
where -H '[::1]:2'
expect_sorted 'host 0 of 2 at ::1, 0 of 2 here
host 1 of 2 at ::1, 1 of 2 here'

bad() {
    pattern=$1
    shift
    run "$MILLIRUN" --rsh false "$@" touch ran
    expect_status 2
    expect_line "$pattern"
    [ ! -e ran ] || fail "$what: something was started"
}

bad '-n 4: the host list has only 3 slots' -n 4 -H localhost:2,localhost
bad '-H a,,b: an entry is empty' -H a,,b
bad '-H : an entry is empty' -H ''
bad '-H: a:x: slots must be a number from 1 to 4096' -H a:x
bad '-H: a:0: slots must' -H a:0
bad "-H: '-oProxyCommand=x' is not the name\|-H: '-oProxyCommand' is not the name" -H -oProxyCommand=x
bad '-H: a= lacks the address' -H a=
bad "a=b: 'b' is not a numeric address" -H a=b
bad "a=10.0.0: \|10.0.0.256" -H a=10.0.0.256
bad "write IPv6 addresses in brackets" -H a=fe80::1
bad 'no-such-machine.invalid: cannot find its address' -H no-such-machine.invalid
bad 'localhost has the address 127.0.0.1, where the other machines cannot reach it; write localhost=ADDRESS' \
    -H localhost,b=10.0.0.1
bad 'b has the address 127.0.0.2' -H a=10.0.0.1,b=127.0.0.2
bad 'the host list has 8192 slots; a job has at most 4096' -H a=10.0.0.1:4096,b=10.0.0.2:4096

bad '--hostfile nofile: No such file' --hostfile nofile
echo '# nobody' >hosts
bad '--hostfile hosts: it names no machine' --hostfile hosts
printf 'a=10.0.0.1\n\nb=10.0.0.2 slots=two\n' >hosts
bad "^millirun: hosts:3: 'slots=two': slots must be a number from 1 to 4096$" \
    --hostfile hosts
printf 'a=10.0.0.1 cores=2\n' >hosts
bad "hosts:1: 'cores=2': only slots=K may follow the name" --hostfile hosts
mkdir folder
bad '--hostfile folder: Is a directory' --hostfile folder
