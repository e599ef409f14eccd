# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# For tests that look at a run from outside.  The caller gives MILLIRUN,
# BACKEND and PROGRAMS, the folder of the programs, in the environment.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

fail() {
    echo "failed: $*"
    [ -f "$scratch/out" ] && tail -n 20 "$scratch/out"
    exit 1
}

# on HOSTS PROGRAM [ARGUMENT...]: leaves output in $scratch/out, counts in
# $scratch/stats and the status in $status.
on() {
    hosts=$1
    program=$2
    shift 2
    timeout 60 "$MILLIRUN" -n "$hosts" --vm "$BACKEND" \
        --stats "$scratch/stats" "$PROGRAMS/$program" "$@" \
        >"$scratch/out" 2>&1
    status=$?
}

expect_status() {
    [ $status -eq "$1" ] || fail "$program on $hosts: status $status, not $1"
}

# The count of that name in the total of all hosts.
total() {
    sed -n "s/.*\"total\".*\"$1\": *\([0-9]*\).*/\1/p" "$scratch/stats"
}
