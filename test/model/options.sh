# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# options.sh EXPLORER MUTATION...: limits and mistakes; every bug has a test.
set -u
explorer=$1
shift

expect() {
    wanted=$1
    shift
    "$explorer" "$@" >out.txt 2>err.txt
    status=$?
    [ $status -eq "$wanted" ] ||
        { echo "$*: status $status, not $wanted"; cat out.txt err.txt; exit 1; }
}

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
expect 0 --ops 1
grep -q '^explored whole, and clean$' out.txt || { cat out.txt; exit 1; }
expect 2 --ops 2 --states 100
grep -q '^not finished within its limits$' out.txt || { cat out.txt; exit 1; }
expect 2 --hosts 4 --ops 9 --with read,write --seconds 1
expect 1 --ops 1 --all-rows
expect 0 --help
for mistake in '--hosts 0' '--hosts 9' '--ops x' '--hosts 4 --ops 9' '--with pray' \
    '--mutate nothing' '--unknown' 'word'; do
    # shellcheck disable=SC2086 # an option and its value
    expect 64 $mistake
    [ "$(wc -l <err.txt)" -eq 1 ] || { echo "$mistake:"; cat err.txt; exit 1; }
done

expect 0 --mutate list
sort out.txt >list.txt
printf '%s\n' "$@" | sort | diff - list.txt || { echo "tests and bugs"; exit 1; }
echo "limits, mistakes and $# bugs"
