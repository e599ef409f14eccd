# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Hosts of one job that do not run the same: the launcher starts a script that
# gives host 1 something else.
. "$(dirname "$0")/lib.sh"

# differ COMMAND: host 0 runs ./program, host 1 COMMAND.
differ() {
    printf '#!/bin/sh\n[ "$MILLIPAGE_HOST" = 0 ] && exec ./program\n%s\n' \
        "$1" >either
    chmod +x either
}

sed 's/1 +/2 +/' program.c >other.c
"$BIN/millicc" other.c -o other || exit 1
differ 'exec ./other'
mistake 70 'host 1: the program (its build-id) differs: [0-9a-f]* here, [0-9a-f]* on host 0' \
    "$BIN/millirun" -n 2 ./either

differ 'MILLIPAGE_MEMORY=1G exec ./program'
mistake 70 'host 1: a cluster-wide option differs: .*MEMORY=.* here, .*MEMORY=.* on host 0' \
    "$BIN/millirun" -n 2 ./either

# Another library: the same one with another build-id.
mkdir elsewhere
cp "$LIB/libmillipage.so" elsewhere/
id=$(readelf -n "$LIB/libmillipage.so" | sed -n 's/.*Build ID: //p')
at=$(readelf -WS "$LIB/libmillipage.so" |
    sed -n 's/.*\.note\.gnu\.build-id *NOTE *[0-9a-f]* *\([0-9a-f]*\).*/\1/p')
[ -n "$id" ] && [ -n "$at" ] || exit 1
printf 'mpg!' | dd of=elsewhere/libmillipage.so bs=1 conv=notrunc \
    seek=$((0x$at + 16)) 2>/dev/null
differ 'LD_LIBRARY_PATH=elsewhere exec ./program'
mistake 70 'host 1: libmillipage.so (its build-id) differs: [0-9a-f]* here, '"$id"' on host 0' \
    "$BIN/millirun" -n 2 ./either

well
