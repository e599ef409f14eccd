#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# blind.sh MILLIRUN FOLDER: the thread sanitizer reports races in what the
# library's locks protect, in each of its layers that has some, when the locks
# are no locks to it.
said=$(sh "$(dirname "$0")/sanitized.sh" "$1" "$2" uffd 4 crowd 50 2>&1)
status=$?
[ $status -ne 0 ] || { echo "no race was reported"; exit 1; }
for file in engine/fault.c engine/wait.c engine/engine.c engine/locks.c \
    proto/copy.c proto/home.c net/net_send.c api/alloc.c; do
    count=$(echo "$said" | grep -c "^SUMMARY: .* data race .*/runtime/$file")
    echo "$count races in runtime/$file"
    [ "$count" -gt 0 ] || exit 1
done
