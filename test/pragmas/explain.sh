#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What --explain says of variables that are used in known ways; and that doing
# what it says does what it says.  The caller gives MILLIRUN, BACKEND and PROGRAMS.
. "$(dirname "$0")/../e2e/common.sh"

export MILLIPAGE_EXPLAIN="$scratch/text"

# expect VARIABLE PATTERN: a line about it.
expect() {
    sed -n "/^$1 (/,/^\$/p" "$MILLIPAGE_EXPLAIN" | grep -q -- "$2" || {
        cat "$MILLIPAGE_EXPLAIN"
        fail "nothing like '$2' about $1"
    }
}

on 2 explain-O2
expect_status 0
expect rows 'hosts had changed different parts of the same minipage'
expect rows '-> #pragma millipage shared granularity(640) before rows'
expect rows '(MILLIPAGE_GRANULARITY="rows=640" tries it)'
expect image '-> #pragma millipage shared granularity(65536) before image'
expect scratch '-> if no thread needs what another has written, .* private(scratch)'
expect total '-> hosts change it in turns: a reduction'
expect input '-> let a loop that is divided as those that use it'
expect rows 'writes  write_rows'

faults() {
    echo $(($(total read_faults) + $(total write_faults)))
}

# All faults are accounted for.
grep -q ": $(faults) faults" "$MILLIPAGE_EXPLAIN" ||
    fail "$(faults) faults were counted: $(head -1 "$MILLIPAGE_EXPLAIN")"

# So tried, there is nothing more to be said of the two.
sent=$(total messages_sent)
export MILLIPAGE_GRANULARITY="rows=640;image=65536"
on 2 explain-O2
expect_status 0
echo "$sent messages before, $(total messages_sent) after"
# Two fifths are usual; it takes a while until loops go row by row.
[ $((4 * $(total messages_sent))) -lt $((3 * sent)) ] || fail "too many messages"
grep -q '^    -> .* before \(rows\|image\)' "$MILLIPAGE_EXPLAIN" &&
    fail "still to be improved: $(cat "$MILLIPAGE_EXPLAIN")"

# Nobody takes anything from anybody.
unset MILLIPAGE_GRANULARITY
on 1 explain-O2
expect_status 0
grep -q ' and 0 minipages\.$' "$MILLIPAGE_EXPLAIN" || fail "one host"
