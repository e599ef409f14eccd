# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Words for mistakes.  BIN and LIB are given by ctest.
set -u
for name in $(env | sed -n 's/^\(MILLIPAGE_[A-Z_]*\)=.*/\1/p'); do
    unset "$name"
done
scratch=$(mktemp -d)
trap 'cd /; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
checks=0

cat >program.c <<'END'
#include <millipage.h>
#include <stdio.h>
#pragma millipage shared granularity(element)
long cells[64];
#pragma millipage shared
double flat[4096];
int main(void)
{
    cells[mpg_host()] = 1 + (long)flat[mpg_host()];
    mpg_barrier();
    return cells[0] != 1;
}
END
"$BIN/millicc" -Wall -Werror program.c -o program || exit 1

# mistake STATUS PATTERN COMMAND...: the command says one line, which matches,
# ends with that status, and every process that it started is gone: they all
# hold the other end of a fifo, whose end of file is read here.
mistake() {
    expected=$1
    pattern=$2
    shift 2
    rm -f life
    mkfifo life
    : >said
    (
        exec 9>life
        timeout 30 "$@" >/dev/null 2>said
        echo $? >status
    ) &
    cat life >/dev/null
    wait
    checks=$((checks + 1))
    if [ "$(cat status)" != "$expected" ] || [ "$(wc -l <said)" -ne 1 ] ||
        ! grep -q -e "$pattern" said; then
        echo "FAILED: $*"
        echo "  expected status $expected and one line: $pattern"
        echo "  got status $(cat status):"
        sed 's/^/    /' said
        exit 1
    fi
}

well() {
    echo "$checks mistakes, each said in one line"
}
