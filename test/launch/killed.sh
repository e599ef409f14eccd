#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Nothing is left when millirun itself, or an agent, is killed.
. "$(dirname "$0")/lib.sh"

start "$MILLIRUN" -n 3 "$HOST" ignore pid=. round 'print=in\n' hang
for line in 1 2 3; do
    read -r line <&4
done
for host in 0 1 2; do
    [ -d "/proc/$(cat $host)" ] || fail "host $host does not run"
done
kill -KILL "$job"
finish
expect_status 137
for host in 0 1 2; do
    state=$(sed -n 's/^State:.//p' "/proc/$(cat $host)/status" 2>/dev/null)
    case $state in
    '' | Z* | X*) ;;
    *) fail "host $host still runs: $state" ;;
    esac
done

# The agent is millirun's child, and the hosts are the agent's.
start "$MILLIRUN" -n 3 "$HOST" ignore pid=. round 'print=in\n' hang
for line in 1 2 3; do
    read -r line <&4
done
agent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$(cat 0)/stat")
parent=$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$agent/stat")
[ "$parent" = "$job" ] || fail "hosts are no descendants of millirun"
[ "$(tr '\0' ' ' <"/proc/$agent/cmdline" | wc -w)" -eq 2 ] ||
    fail "the agent's command line tells too much"
kill -KILL "$agent"
finish
expect_status 1
expect_line 'host 0 (on localhost) was lost: its agent was killed by signal 9'

# Nor processes that left the group of their host, whoever is killed.
for victim in launcher agent nobody; do
    start "$MILLIRUN" -n 2 sh -c 'setsid sh -c "echo \$PPID; echo; kill -STOP \$\$" &
        [ "$0" = nobody ] || wait' $victim
    agents=
    for line in 1 2 3 4; do
        read -r line <&4
        [ -z "$line" ] || host=$line
    done
    case $victim in
    launcher) kill -KILL "$job" ;;
    agent) kill -KILL "$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$host/stat")" ;;
    esac
    finish
done

# What was there before millirun is not its own.
run sh -c 'mkfifo kept; cat kept >/dev/null & echo $! >keeper
    exec "$0" -n 2 true' "$MILLIRUN"
expect_status 0
kill -0 "$(cat keeper)" || fail "a process that was not ours was killed"
: >kept
