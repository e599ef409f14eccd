# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# mistakes.sh MPGSIM: each mistake and each limit is one line and status 2.
set -u
mpgsim=$1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1

expect() {
    wanted=$1
    shift
    "$mpgsim" "$@" >out 2>err
    status=$?
    [ $status -eq "$wanted" ] ||
        { echo "$*: status $status, not $wanted"; cat out err; exit 1; }
}

count=0
for mistake in '--hosts 0' '--hosts 4097' '--hosts x' '--hosts -1' '--hosts' \
    '--hosts 4 --hosts 4x' '--seed 18446744073709551616' '--seed -1' \
    '--seeds 0' '--seeds 65' '--workload pray' '--phases 0' '--minipages 3' \
    '--readers 0' '--sharers 1048577' '--steps 0' '--trace -2' \
    '--mutate nothing' '--json /nowhere/at/all' '--unknown' 'word'; do
    # shellcheck disable=SC2086 # an option and its value
    expect 2 $mistake
    [ "$(wc -l <err)" -eq 1 ] || { echo "$mistake:"; cat err; exit 1; }
    grep -q '^mpgsim: ' err || { echo "$mistake:"; cat err; exit 1; }
    [ ! -s out ] || { echo "$mistake: also says"; cat out; exit 1; }
    count=$((count + 1))
done

expect 2 --hosts 64 --steps 100
grep -q '^mpgsim: not at its end after --steps 100$' err || { cat err; exit 1; }
grep -q '^replay: .* --steps 100$' err || { cat err; exit 1; }
expect 0 --help
grep -q hotspot out || { cat out; exit 1; }
expect 0 --hosts 1
expect 0 --hosts 4 --trace 3
grep -q 'WRITE_REQUEST from' err || { cat err; exit 1; }
echo "$count mistakes"
