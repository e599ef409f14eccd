# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What every test of the launcher begins with: a scratch folder that goes away
# and some words for what is expected.  A test ends at the first thing that is
# not as expected, with status 1.  MILLIRUN and HOST are given by ctest.
#
# Nothing here waits by the clock.  To know that hosts have come so far a test
# reads what they print from a fifo; to know that they are all gone it reads
# the end of the fifo "life", whose other end every process of a job inherits.

set -u
# A search through folders that may not be read ends in another error.
PATH=/usr/bin:/bin:/usr/sbin:/sbin
for name in $(env | sed -n 's/^\(MILLIPAGE_[A-Z_]*\)=.*/\1/p'); do
    unset "$name"
done
scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP
cd "$scratch" || exit 1
mkfifo life

fail() {
    printf '%s\n' "$0: $*" >&2
    for file in out err; do
        if [ -f "$file" ]; then
            printf -- '--- %s:\n' "$file"
            head -c 4000 "$file"
        fi
    done >&2
    exit 1
}

# run COMMAND...: leaves out, err and $status.
run() {
    what=$*
    status=0
    "$@" >out 2>err || status=$?
}

# start COMMAND...: the same in the background, with its pid in $job; its
# standard output goes to the fifo "out.fifo", which is open as 4 here.  The
# shell reads it with "read -r line <&4".
start() {
    what=$*
    rm -f out.fifo
    mkfifo out.fifo
    "$@" >out.fifo 2>err 9>life 4<&- &
    job=$!
    exec 4<out.fifo 8<life
}

# The job's end: $status, the rest of its output in out; then nothing of it
# runs any more.
finish() {
    cat <&4 >out
    status=0
    wait "$job" || status=$?
    expect_gone
}

expect_gone() {
    cat <&8 >/dev/null
    exec 4<&- 8<&-
}

expect_status() {
    [ "$status" -eq "$1" ] || fail "$what: status $status, not $1"
}

# The whole text, but for the newline at its end.
expect_out() {
    [ "$(cat out)" = "$1" ] || fail "$what: the output is not '$1'"
}

expect_err() {
    [ "$(cat err)" = "$1" ] || fail "$what: the errors are not '$1'"
}

# Lines may come in any order.
expect_sorted() {
    [ "$(sort out)" = "$1" ] || fail "$what: the sorted output is not '$1'"
}

# One line of error that matches, and no other.
expect_line() {
    [ "$(wc -l <err)" -eq 1 ] || fail "$what: not one line of errors"
    grep -q -- "$1" err || fail "$what: the errors do not match '$1'"
}
