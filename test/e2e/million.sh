#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A million minipages on two hosts, as a user without privileges.
. "$(dirname "$0")/common.sh"
# With mprotect the number depends on which neighbours are in the same state.
limit=2000
[ "$BACKEND" = uffd ] || limit=60000
if [ "$(id -u)" -eq 0 ]; then
    # Root's folders may be closed to others, so what runs is copied.
    cp "$MILLIRUN" "$PROGRAMS/million" "$LIBRARY" "$scratch"
    (cd "$scratch" && LD_LIBRARY_PATH=$scratch timeout 240 \
        setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$scratch/millirun" -n 2 --vm "$BACKEND" "$scratch/million" $limit) \
        >"$scratch/out" 2>&1
    status=$?
    program=million hosts=2
else
    on 2 million $limit
fi
expect_status 0
grep mappings "$scratch/out"
[ "$(grep -c mappings "$scratch/out")" -eq 2 ] || fail "not two hosts"
