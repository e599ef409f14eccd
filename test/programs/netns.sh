#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# netns.sh MILLIRUN PROGRAM ARGUMENTS...: a program across real addresses, six
# hosts on three machines that are network namespaces.  Right is what it says
# itself.  Needs root.
set -u
millirun=$1
shift
scratch=$(mktemp -d)
here=$(cd "$(dirname "$0")" && pwd)
cd "$scratch" || exit 1
. "$here/../netns.sh"
trap 'netns_remove; cd /; rm -rf "$scratch"' EXIT
netns_make
slots=$(echo "$list" | sed 's/,/:2,/g; s/$/:2/')
for hosts in 3 6; do
    "$millirun" -n "$hosts" -H "$slots" --rsh ./rsh --stats=stats "$@" >out 2>&1
    status=$?
    cat out
    if [ "$status" -ne 0 ] || ! grep -q " on $hosts hosts: .* right$" out; then
        echo "FAILED: $* on $hosts hosts: status $status"
        exit 1
    fi
done
# They did exchange data, and not over the loopback device of this machine.
grep -q '"total":.*"messages_sent":[1-9]' stats || exit 1
exit 0
