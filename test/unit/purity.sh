#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The protocol is pure: its objects may need nothing but each other, mem* and
# mpg__assert_fail.
#
#   purity.sh COMPILER SOURCE_DIR
set -eu
compiler=$1
sources=$2
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

count=0
for source in "$sources"/runtime/proto/*.c; do
    "$compiler" -std=gnu11 -O2 -fno-pic -fno-stack-protector -U_FORTIFY_SOURCE \
        -I"$sources/runtime" -I"$sources/include" \
        -c "$source" -o "$objects/$(basename "$source" .c).o"
    count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "purity: no sources in $sources"; exit 1; }

ld -r "$objects"/*.o -o "$objects/all.o"
needed=$(nm -u "$objects/all.o" | awk '{ print $2 }')
impure=$(echo "$needed" | grep -vE '^(mem(cpy|set|cmp|move)|mpg__assert_fail)?$' || true)
if [ -n "$impure" ]; then
    echo "purity: the protocol needs" $impure
    exit 1
fi
# Data that can change would be state outside the states it is given.
changing=$(nm "$objects/all.o" | awk '$2 ~ /^[bBdDcC]$/ { print $3 }')
if [ -n "$changing" ]; then
    echo "purity: the protocol has variables:" $changing
    exit 1
fi
echo "purity: $count objects need only:" $needed
