#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Of objects that share a page, too, it is known where they begin: what frees or
# resizes something else ends the run, and says so.
. "$(dirname "$0")/common.sh"

# expect HOSTS MISTAKE PATTERN: the run ends with such a line.
expect() {
    on "$1" pack "$2"
    [ $status -ne 0 ] || fail "$2 on $1: it went on"
    grep -q "$3" "$scratch/out" || fail "$2 on $1: nothing like '$3'"
}

for hosts in 1 2; do
    begins='which lies in shared memory where no allocation begins'
    expect $hosts inside "free of 0x[0-9a-f]*, $begins"
    expect $hosts behind "free of 0x[0-9a-f]*, $begins"
    expect $hosts resize "realloc of 0x[0-9a-f]*, $begins"
    expect $hosts twice "host $((hosts - 1)) frees 0x[0-9a-f]*, where no .*twice"
done
