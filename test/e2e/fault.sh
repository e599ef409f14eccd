#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A host that crashes dies of SIGSEGV, at the instruction that did it, and
# takes the others with it.
. "$(dirname "$0")/common.sh"
for hosts in 1 2 4; do
    on $hosts fault_default die
    expect_status 139
    grep -q "host $((hosts - 1)) .*lost: killed by signal 11" "$scratch/out" ||
        fail "nobody says which host was lost"
done

# The instruction, as a debugger sees the process at its end: once when it
# faults, and again when our handler has given it back.
[ "$BACKEND" = uffd ] || exit 0 # the other uses SIGSEGV itself
command -v gdb >/dev/null || exit 0
MILLIPAGE_VM=$BACKEND gdb -q -batch -ex "handle SIGBUS nostop pass" \
    -ex run -ex continue -ex bt \
    --args "$PROGRAMS/fault_default" die >"$scratch/out" 2>&1 </dev/null
[ "$(grep -c "received signal SIGSEGV" "$scratch/out")" -eq 2 ] ||
    fail "gdb did not see two SIGSEGV"
grep -q "^#0 .*main (" "$scratch/out" || fail "it did not die in main"
