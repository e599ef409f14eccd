#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Hosts on machines of their own: network namespaces on one bridge, reached by
# a remote shell that is "ip netns exec".  Needs root.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../netns.sh"
trap 'netns_remove; cd /; rm -rf "$scratch"' EXIT
netns_make
single=$list
list=$(echo "$list" | sed 's/,/:2,/g; s/$/:2/')

run "$MILLIRUN" -H "$list" --rsh ./rsh "$HOST" where meet finish
expect_status 0
expect_err ''
expect_sorted "host 0 of 6 at $net.1, 0 of 2 here
host 1 of 6 at $net.1, 1 of 2 here
host 2 of 6 at $net.2, 0 of 2 here
host 3 of 6 at $net.2, 1 of 2 here
host 4 of 6 at $net.3, 0 of 2 here
host 5 of 6 at $net.3, 1 of 2 here"

# The hosts are where they should be: each namespace has its own interfaces.
run "$MILLIRUN" -n 3 -H "$single" --rsh ./rsh --tag-output \
    ip -4 -o address show dev eth0
expect_status 0
for host in 0 1 2; do
    grep -q "^\[$host\] .* $net.$((host + 1))/24" out || fail "host $host"
done

# A loss there ends the hosts here.
start "$MILLIRUN" -H "$list" --rsh ./rsh "$HOST" round 5:kill=9 hang
finish
expect_status 137
expect_line "^millirun: host 5 (on mpg$id-c) was lost: killed by signal 9 (Killed)$"

# Nothing is left when millirun is killed.
start "$MILLIRUN" -H "$list" --rsh ./rsh "$HOST" ignore round 'print=in\n' hang
read -r line <&4
kill -KILL "$job"
finish
expect_status 137
