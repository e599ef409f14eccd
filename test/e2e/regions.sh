#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# 200 sizes of minipages on 22 hosts.  Of each region every host tells its four
# children in the tree and its parent: none sends more than five messages, and
# some for the rest of the program.  (Sizes that are nearly alike share one.)
. "$(dirname "$0")/common.sh"
regions=200
on 22 regions $regions
expect_status 0
most=$(grep -o '"messages_sent": *[0-9]*' "$scratch/stats" |
    grep -o '[0-9]*$' | sort -n | tail -n 2 | head -n 1)
[ -n "$most" ] || fail "no messages_sent in the counts"
echo "$most messages of the busiest host, $regions sizes, 22 hosts"
[ "$most" -le $((5 * regions + 100)) ] ||
    fail "$most messages, more than 5 a region"
[ "$most" -ge $((2 * regions)) ] || fail "$most messages: regions were not made"
