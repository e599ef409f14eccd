#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Four hosts, 200,000 increments each, of counters that are neighbours in one
# page: fewer than 100 messages in all.
. "$(dirname "$0")/common.sh"
on 4 counters
expect_status 0
messages=$(total messages_sent)
[ -n "$messages" ] || fail "no messages_sent in the counts"
echo "$messages messages for 800,000 increments"
[ "$messages" -lt 100 ] || fail "$messages messages, not fewer than 100"
