#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# run_levels.sh SOURCE OUTPUT [FLAGS...]: compiles at every level with the
# plugin and runs, with loops by minipages and by the composed view; every run
# must print the same.
set -eu
rm -f "$2.first"
source=$1 output=$2
shift 2
# -fplugin reaches the compiler only, so that the linker of -flto is on its own.
for level in -O0 -O1 -O2 -O3 "-O2 -flto" "-O2 -g" "-O0 -fPIC -pie"; do
    # shellcheck disable=SC2086
    $CLANG $level "$@" "$source" "$STANDIN" -lm -o "$output"
    for composed in "" STANDIN_COMPOSED=1; do
        env $composed "$output" >"$output.out"
        [ -e "$output.first" ] || cp "$output.out" "$output.first"
        if ! cmp "$output.first" "$output.out"; then
            echo "$level $composed differs from -O0" >&2
            diff "$output.first" "$output.out" >&2
            exit 1
        fi
    done
done
cat "$output.first"
rm -f "$output.first"
