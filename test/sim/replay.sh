# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# replay.sh MPGSIM: a seed makes the same run again, another seed another one;
# and the line printed on a violation makes the violation again.
set -u
mpgsim=$1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
fail() {
    echo "$*"
    exit 1
}

for seed in 7 7 8; do
    "$mpgsim" --hosts 500 --workload random --seed $seed --json "$seed.json" \
        >/dev/null || fail "seed $seed: status $?"
    if [ -e last.json ]; then
        cmp -s last.json $seed.json
        echo $? >>differ
    fi
    cp $seed.json last.json
done
[ "$(tr '\n' ' ' <differ)" = '0 1 ' ] || fail "7, 7, 8 differ: $(cat differ)"

"$mpgsim" --hosts 100 --workload random --seeds 4 --mutate close-skipped \
    >/dev/null 2>first
[ $? -eq 1 ] || fail "status not 1: $(cat first)"
[ "$(wc -l <first)" -eq 2 ] || fail "not two lines: $(cat first)"
line=$(sed -n 's/^replay: //p' first)
[ -n "$line" ] || fail "no line that replays: $(cat first)"
sh -c "$line" >/dev/null 2>second
[ $? -eq 1 ] || fail "$line: status not 1"
cmp first second || fail "$line: another violation"
cat second

# All seeds reach their last step at about the same time: one of them says so.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    "$mpgsim" --hosts 100 --workload random --seeds 16 --steps 100 \
        >/dev/null 2>ends
    [ $? -eq 2 ] || fail "out of steps: status not 2: $(cat ends)"
    [ "$(wc -l <ends)" -eq 2 ] || fail "not two lines: $(cat ends)"
done
