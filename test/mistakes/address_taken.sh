# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Something of the program's own lies where shared memory is to be.
. "$(dirname "$0")/lib.sh"
cat >taken.c <<'END'
char blob[4096] __attribute__((section(".taken"), used)) = {1};
END
"$BIN/millicc" -no-pie program.c taken.c -o taken \
    -Wl,--section-start=.taken=0x110000100000 || exit 1
mistake 70 'the address range 0x110000000000-0x[0-9a-f]* of shared memory is taken by: 110000100000-.*/taken' \
    ./taken
mistake 70 'host [01]: the address range .* is taken by: 110000100000-.*/taken' \
    "$BIN/millirun" -n 2 ./taken
well
