# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# mutate.sh MPGSIM BUG...: each is found in one of these jobs, which are clean
# without it.
set -u
mpgsim=$1
shift
jobs='--hosts 72 --workload random
--hosts 72 --workload migratory
--hosts 3 --workload random --phases 20 --minipages 4
--hosts 4096 --workload random --minipages 4 --phases 3'

IFS='
'
for job in $jobs; do
    echo "$job" | xargs "$mpgsim" >/dev/null || { echo "$job"; exit 1; }
done
for bug in "$@"; do
    found=
    for job in $jobs; do
        said=$(echo "$job --steps 20000000 --mutate $bug" |
            xargs sh -c '"$0" "$@"; [ $? -ne 1 ] || echo found' "$mpgsim" 2>&1)
        case $said in *found)
            found=$(echo "$said" | sed -n 's/^mpgsim: violation //p')
            break
            ;;
        esac
    done
    [ -n "$found" ] || { echo "$bug: not found"; exit 1; }
    echo "$bug: $found"
done
echo "$# bugs found"
