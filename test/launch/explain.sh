#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# --explain adds up what hosts have taken, says why, and what would help.
. "$(dirname "$0")/lib.sh"

# Lines of an account; "|" is a tab here.
lines() {
    tr '|' '\t'
}

# explain ACCOUNT_OF_0 ACCOUNT_OF_1: leaves the text in "text".
explain() {
    run "$MILLIRUN" -n 2 --explain=text "$HOST" 0:account="$1" 1:account="$2" finish
    expect_status 0
}

# Two hosts, each with its rows on the same pages.  The row is what the program
# is made of, so it comes before 1024, which parts them as well.
rows='object|3.0|4096|8|10|640,8|rows|12|a.c|0
faults|3.0|30|20|7000000|0|0
at|3.0|read|30|4000000|0x10|-
came|3.0|60|10|0|50|0
finer|3.0|8|50|0
finer|3.0|640|50|0
finer|3.0|1024|50|0
finer|3.0|2048|3|90
coarser|3.0|8192|50
has|3.0|0|4|0'
explain "$(echo "$rows" | lines)" "$(echo "$rows" | sed 's/0|4|0$/5|9|1/' | lines)"
cat >expected <<'END'
What hosts took from each other, the dearest first: 100 faults, in which threads waited 14.0 ms, and 120 minipages.

rows (a.c:12): 40 KiB in minipages of 4 KiB
    60 read and 40 write faults, 14.0 ms in all; 120 minipages came
         8.0 ms      60 reads   in code that is not known
    83 %: hosts had changed different parts of the same minipage
    -> #pragma millipage shared granularity(640) before rows
       would have kept the parts of 100 of those 100 apart; about 50
       of 640 bytes would have come instead of 120 of 4 KiB
    17 %: for the first time
END
cmp text expected || fail "rows: $(cat text)"

# Where the main thread of host 0 mostly waits, one host may be faster.
explain "$(echo 'regions|2|100000000|40000000' | lines)" ''
cat >expected <<'END'
What hosts took from each other, the dearest first: 0 faults, in which threads waited 0.0 ms, and 0 minipages.
Host 0's main thread waited 40 % of 100.0 ms, in parallel regions and between them.
-> OMP_DYNAMIC=true lets the program find out whether one host alone is faster
END
cmp text expected || fail "regions: $(cat text)"
explain "$(echo 'regions|2|100000000|37000000' | lines)" ''
sed '$d; s/40 %/37 %/' expected | cmp - text || fail "37 %: $(cat text)"
explain "$(echo 'regions|2|100000000|100000001' | lines)" ''
[ "$(wc -l <text)" = 1 ] || fail "nonsense: $(cat text)"

# The same, but what separates them was found in the data.
found='object|3.0|4096|8|10|8|rows|12|a.c|0
faults|3.0|30|20|7000000|0|0
came|3.0|60|10|0|50|0
finer|3.0|8|50|0
finer|3.0|16|0|50
step|3.0|3112|45|45|45|0'
explain "$(echo "$found" | lines)" "$(echo "$found" | lines)"
grep -q 'granularity(3112) before rows' text || fail "a step: $(cat text)"

# One that only some borders fit does not pay.
some=$(echo "$found" | sed 's/45|45|45|0/45|5|45|45/' | lines)
explain "$some" "$some"
grep -q 'smaller minipages would cost more than they spare' text ||
    fail "some borders: $(cat text)"

# What others changed is needed, too: of half of what came, all or one of the
# small minipages that it was in.  Few are no matter, many are.
mixed='object|3.0|4096|8|10|8|rows|12|a.c|0
came|3.0|100|0|0|50|50
finer|3.0|64|50|NEEDED'
explain "$(echo "$mixed" | sed 's/NEEDED/100/' | lines)" ''
grep -q 'apart; about 70$' text || fail "few: $(cat text)"
explain "$(echo "$mixed" | sed 's/NEEDED/3200/' | lines)" ''
grep -q 'smaller minipages would cost more than they spare' text ||
    fail "many: $(cat text)"

# Minipages that are smaller already can be tried without compiling again.
explain "$(echo "$rows" | sed 's/|4096|8|10|/|1024|8|40|/' | lines)" ''
grep -q '(MILLIPAGE_GRANULARITY="rows=640" tries it)' text ||
    fail "nothing to try: $(cat text)"

# Allocations that share pages: each could have a minipage.
packed='object|3.5|4096|8|256|-|-|0|-|48
faults|3.5|30|20|7000000|0|0
came|3.5|100|0|0|SHARE
finer|3.5|48|90|5'
explain "$(echo "$packed" | sed 's/SHARE/95|5/' | lines)" ''
cat >expected <<'END'
What hosts took from each other, the dearest first: 50 faults, in which threads waited 7.0 ms, and 100 minipages.

memory of the heap: 1 MiB in minipages of 4 KiB, shared by objects of 48 bytes
    30 read and 20 write faults, 7.0 ms in all; 100 minipages came
    95 %: hosts had changed different parts of the same minipage
    -> #pragma millipage shared granularity(whole) before the pointer that they are allocated
       for, and each has a minipage; --pack=0 tries it
       would have kept the parts of 90 of those 95 apart; about 7
       of 48 bytes would have come instead of 100 of 4 KiB
END
cmp text expected || fail "packed: $(cat text)"
explain "$(echo "$packed" | sed 's/SHARE/5|95/' | lines)" ''
grep -q 'granularity(whole)' text && fail "nothing is apart: $(cat text)"

# One host writes, the other reads all of it again and again.
whole='object|4.0|4096|8|64|8|image|3|b.c|0
faults|4.0|100|0|1000000|90|0
came|4.0|704|64|0|0|640
coarser|4.0|8192|320
coarser|4.0|16384|160
coarser|4.0|32768|80
coarser|4.0|65536|40'
explain "$(printf '%s\nhas|4.0|0|63|0' "$whole" | lines)" ''
cat >expected <<'END'
What hosts took from each other, the dearest first: 100 faults, in which threads waited 1.0 ms, and 704 minipages.

image (b.c:3): 256 KiB in minipages of 4 KiB
    100 read and 0 write faults, 1.0 ms in all; 704 minipages came
    91 %: what other hosts had written
    -> #pragma millipage shared granularity(65536) before image
       (MILLIPAGE_GRANULARITY="image=65536" tries it)
       would have fetched again in 40 minipages what came in 640
END
cmp text expected || fail "image: $(cat text)"

# Larger minipages must not have parts of two hosts: 16 pages would, 8 not.
explain "$(printf '%s\nhas|4.0|0|23|0' "$whole" | lines)" \
    "$(printf 'has|4.0|24|63|1' | lines)"
grep -q 'granularity(32768) before image' text || fail "divided: $(cat text)"
explain "$(printf '%s\nhas|4.0|0|31|0' "$whole" | lines)" \
    "$(printf 'has|4.0|0|63|65535' | lines)"
grep -q 'granularity' text && fail "scattered: $(cat text)"

# What is only ever overwritten, what is changed in turns, and what comes once.
# The dearest is the first.
kinds='object|5.0|4096|8|64|8|scratch|4|b.c|0
faults|5.0|0|100|2000000|0|90
came|5.0|100|0|0|0|100
object|6.1|16|16|1|8|total|5|b.c|0
faults|6.1|50|50|3000000|60|40
came|6.1|100|0|0|0|100
object|7.0|4096|8|64|8|input|6|b.c|0
faults|7.0|100|0|1000000|0|0
came|7.0|100|100|0|0|0
nonsense
object|8.0
faults|8.1|1|1|1|1|1
object|8.2|0|0|0|8|zero|1|z.c|0
came|8.2|100|0|0|50|50
step|8.2|0|50|50|50|5
object|8.3|4096|8|8|,,x|odd|1|z.c|0
faults|8.3|1|1|4000000|0|0
came|8.3|100|0|0|50|50
step|8.3|0|50|50|50|5
step|8.3|16|0|50|0|5
finer|8.3|0|50|7
finer|8.3|16|5000|7
coarser|8.3|1|5
has|8.3|9|1|0
has|8.3|1|9|1
more|3'
explain "$(echo "$kinds" | lines)" ''
sed -n 's/^\([a-z]*\) (b.c.*/\1/p' text | tr '\n' ' ' >order
[ "$(cat order)" = "total scratch input " ] || fail "order: $(cat text)"
expect() {
    sed -n "/^$1 /,/^\$/p" text | grep -q -- "$2" || fail "$1: $(cat text)"
}
expect scratch '-> if no thread needs what another has written, .* private(scratch)'
expect total '-> hosts change it in turns: a reduction'
expect input '-> let a loop that is divided as those that use it'
grep -q '^Other objects cost less: 3 of them' text || fail "more: $(cat text)"

# Instructions are looked up in the file that they are in.
cc -g -O0 -x c -o lines.out - <<'END' || fail "no compiler"
int shared;
int main(void)
{
    return shared;
}
END
at=$(nm lines.out | sed -n 's/^0*\([0-9a-f]*\) T main$/0x\1/p')
explain "$(printf 'object|9.0|4096|8|1|8|shared|1|l.c|0\nfaults|9.0|0|5|5000|0|0\nat|9.0|write|5|5000|%s|%s' \
    "$at" "$PWD/lines.out" | lines)" ''
grep -q '5 writes  main, ' text || fail "no line: $(cat text)"
explain "$(printf 'object|9.0|4096|8|1|8|shared|1|l.c|0\nfaults|9.0|0|5|5000|0|0\nat|9.0|write|5|5000|0x40|%s' \
    "/no/such/program" | lines)" ''
grep -q '5 writes  program+0x40' text || fail "no file: $(cat text)"

# On standard error; and nothing was taken.
run "$MILLIRUN" --explain=- "$HOST" finish
expect_status 0
expect_line '^What hosts took from each other, the dearest first: 0 faults'

run "$MILLIRUN" --explain=no/such/folder touch ran
expect_status 2
expect_line 'no/such/folder: No such file'
[ ! -e ran ] || fail "something was started"
run "$MILLIRUN" --explain=/dev/full true
expect_status 1
expect_line '--explain /dev/full: No space left'
