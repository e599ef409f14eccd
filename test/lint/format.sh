# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# format.sh CLANG-FORMAT: every source is as the formatter would leave it.
# Tests of diagnostics are left out: their expectations stand in columns.
set -eu
files=$(find include runtime plugin tools examples bench test -name '*.[ch]' -o \
    -name '*.cpp' | grep -v '^test/plugin/')
# shellcheck disable=SC2086 # a list of files
"$1" --dry-run -Werror $files
echo "$(echo "$files" | wc -l) files are in form"
