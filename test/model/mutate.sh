# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# mutate.sh EXPLORER NAME: the bug NAME is found, with a way to it; and it is
# the bug that is found: the same world is clean without it.
set -u
said=$("$1" --mutate "$2")
status=$?
echo "$said"
[ $status -eq 1 ] || { echo "status $status, not 1"; exit 1; }
echo "$said" | grep -q '^ *1  ' || { echo "no way to it"; exit 1; }
# What the protocol's own invariants show first, programs would notice too.
if [ "$2" != queue-unfair ]; then
    "$1" --mutate "$2" --outcomes | grep '^violation: ' ||
        { echo "no program would notice"; exit 1; }
fi
world=$(echo "$said" | sed -n 's/^\([0-9]*\) hosts, \([0-9]*\) minipages, \([0-9]*\) locks, \([0-9]*\) threads and up to \([0-9]*\) operations a host: \([^;]*\);.*/--hosts \1 --minipages \2 --locks \3 --threads \4 --ops \5 --with \6/p')
[ -n "$world" ] || { echo "no world"; exit 1; }
with=$(echo "${world#*--with }" | tr ' ' ',')
# shellcheck disable=SC2086 # a list of options
"$1" ${world%--with*} --with "$with" || { echo "not clean without it"; exit 1; }
