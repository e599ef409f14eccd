#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   programs.sh SCRATCH DIRECTORY...: each program there prints under millirun
# what it prints under gcc -fopenmp (same.sh).  Marks, beside those that
# hostile/check_gcc.sh explains:
#   // REFUSED: text   millicc says this and fails, instead
#   // DIFFERS: why    is not run: docs/OPENMP.md says what is not the same
set -u
here=$(cd "$(dirname "$0")" && pwd)
scratch=$1
shift
mkdir -p "$scratch"
run=0
failed=0

mark() { # mark NAME FILE: what the file says after "// NAME: "
    sed -n "s,^// $1: *,,p" "$2"
}

refused() { # refused TEXT FILE...
    text=$1
    shift
    ! "$BIN/millicc" -w -fopenmp "$@" -o "$scratch/refused" \
        >"$scratch/log" 2>&1 && grep -qF "$text" "$scratch/log"
}

for file in $(find "$@" -name '*.c' | sort); do
    case $file in
    *_b.c) continue ;;
    *_a.c) more=${file%_a.c}_b.c ;;
    *) more= ;;
    esac
    [ -z "$(mark DIFFERS "$file")" ] || continue
    run=$((run + 1))
    says=$(mark REFUSED "$file")
    # shellcheck disable=SC2046,SC2086 # one word for each variable; or none
    if [ -n "$says" ]; then
        refused "$says" "$file" $more
    else
        env $(mark ENV "$file") "$here/same.sh" "$scratch/program" "$file" \
            $more >"$scratch/log" 2>&1
    fi || {
        failed=$((failed + 1))
        echo "FAILED: $file"
        sed 's/^/    /' "$scratch/log" | tail -n 20
    }
done
echo "$run programs, $failed failed"
[ "$run" -gt 0 ] && [ $failed -eq 0 ]
