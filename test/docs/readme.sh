# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# readme.sh SOURCE BIN: the README's program prints what the README says, by
# the commands that the README gives.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PATH=$2:$PATH
cd "$scratch"
sed -n '/^```c$/,/^```$/p' "$1/README.md" | grep -v '^```' >hello.c
command=$(sed -n 's/^    \$ \(millicc .*\)/\1/p' "$1/README.md")
sed -n '/^    \$ millicc/,/^$/p' "$1/README.md" | sed '1d; /^$/d; s/^    //' >expected
[ -s hello.c ] && [ -n "$command" ] && [ -s expected ]
echo "$command"
sh -c "$command" | tee printed
diff expected printed
