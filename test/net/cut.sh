#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A network that is cut: the link of one machine goes down, and nothing tells
# anybody.  The others notice it within MILLIPAGE_LOST_MS, whether they talk all
# the time or wait for each other in silence.  Needs root.
. "$(dirname "$0")/../launch/lib.sh"
. "$(dirname "$0")/../netns.sh"
trap 'netns_remove; cd /; rm -rf "$scratch"' EXIT
netns_make
lost_ms=2000
# The limit, the looks that it takes, and the end of a job.
limit_s=$((lost_ms / 1000 + 5))

cut() {
    cp "$STEADY" steady
    mkfifo input
    exec 5<>input
    # What the shell starts in the background has no input otherwise.
    start sh -c 'exec "$@" <input' sh "$MILLIRUN" -H "$list" --rsh ./rsh \
        --lost-ms "$lost_ms" --connect-ms "$lost_ms" ./steady "$@"
    read -r line <&4
    [ "$line" = ready ] || fail "it said '$line'"
    begin=$(date +%s)
    ip -n "$victim" link set eth0 down
    finish
    seconds=$(($(date +%s) - begin))
    exec 5>&-
    rm input
    ip -n "$victim" link set eth0 up
    [ "$seconds" -le "$limit_s" ] || fail "$what: $seconds s, not $limit_s"
    [ "$status" -ne 0 ] || fail "$what: status 0"
    expect_line "^millipage: host [0-2]: lost host [0-2]: .*(MILLIPAGE_.*_MS)$\|cannot connect to it"
    grep -q 'host 2' err || fail "the error does not name host 2"
    echo "$*: noticed within $seconds s: $(cat err)"
}

victim=mpg$id-c
cut busy
cut quiet
