#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# pointer.sh SCRATCH SOURCE: the line that ends a job in which another host
# used host 0's private memory: it names an address in the object, the host and
# the source line, and says what to do; it is one line, and the status is not 0.
# On one host the same programs end well.
set -u
scratch=$1
source=$2
checked=0

fail() {
    echo "FAILED: $*"
    cat "$scratch.out" "$scratch.err"
    exit 1
}

# within ADDRESS FROM TO, all in hexadecimal
within() {
    [ $(($1)) -ge $(($2)) ] && [ $(($1)) -lt $(($3)) ]
}

# run HOSTS CASE
run() {
    timeout 60 "$BIN/millirun" -n "$1" --threads 1 "$scratch.program" "$2" \
        >"$scratch.out" 2>"$scratch.err"
    status=$?
}

# The library, which knows nothing of OpenMP or Millipage.
gcc -O1 -fPIC -shared -x c - -o "$scratch.so" <<'END' || exit 1
#include <stdlib.h>
long *library_makes(long count)
{
    return calloc(count, sizeof(long));
}
long library_reads(const long *from)
{
    return from[0];
}
END

for flags in "-O0 -g" "-O2 -g" "-O2"; do
    # shellcheck disable=SC2086 # two flags
    "$BIN/millicc" -fopenmp $flags "$source" "$scratch.so" \
        -o "$scratch.program" || exit 1
    for case in file numbers mapping library; do
        run 1 $case
        [ $status -eq 0 ] || fail "$flags $case on 1 host: status $status"
        line=$(grep -n "LINE $case " "$source" | cut -d: -f1)
        where=$(basename "$source"):$line
        [ "$flags" = -O2 ] && where="function "
        run 2 $case
        [ $status -ne 0 ] || fail "$flags $case: status 0"
        ! grep -q "the end" "$scratch.out" || fail "$flags $case: it went on"
        [ "$(grep -c "private memory" "$scratch.err")" = 1 ] ||
            fail "$flags $case: not one line"
        says=$(grep "private memory of host 0: .* Use it on that host alone" \
            "$scratch.err") || fail "$flags $case: what to do?"
        case $says in
        *"host 1: "*"$where"*" uses 0x"*) ;;
        *) fail "$flags $case: not '$where'" ;;
        esac
        address=$(echo "$says" | sed 's/.* uses \(0x[0-9a-f]*\),.*/\1/')
        # shellcheck disable=SC2046 # two addresses
        within "$address" $(head -n 1 "$scratch.out") ||
            fail "$flags $case: $address is not in the object"
        checked=$((checked + 1))
    done
done
echo "$checked private pointers, each with its line"
