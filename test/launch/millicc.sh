#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# millicc adds the plugin always, the library only when it links.
. "$(dirname "$0")/lib.sh"

show() {
    run "$MILLICC" --show "$@"
    expect_status 0
}

links() {
    show "$@"
    grep -q -- ' -lmillipage$' out || fail "$what: it links"
}

compiles() {
    show "$@"
    ! grep -q -- -lmillipage out || fail "$what: it does not link"
    grep -q -- '-fplugin=[^ ]*/millipage_plugin.so -fpass-plugin=[^ ]*/millipage_plugin.so -I' out ||
        fail "$what: no plugin"
}

links app.c
links app.c -o app
links -O2 app.o more.o -o app
links -x c -
compiles -c app.c
compiles -S app.c -o app.s
compiles -E app.c
grep -q -- '-D__MILLIPAGE__=1' out || fail "the macro is missing"
compiles -fsyntax-only app.c
compiles -MM app.c
compiles --version
compiles -v
compiles -x c-header app.h
compiles -include app.c

# Words come out as they went in.
show 'a b.c' "-DX=\"it's\"" '$y' -c
eval "set -- $(cat out)"
shift 4
[ "$*" = "a b.c -DX=\"it's\" \$y -c" ] || fail "words were changed: $*"

# What is missing is named.
MILLICC_CLANG=nosuchclang
export MILLICC_CLANG
mkdir -p tree
run "$MILLICC" app.c
[ "$status" -ne 0 ] || fail "it should fail"
expect_line '^millicc: .* is missing; '
