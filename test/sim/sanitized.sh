# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# sanitized.sh MPGSIM SANITIZED TSAN: every workload under the sanitizers of the
# unit tests, and four seeds side by side under the thread sanitizer.
set -u
for workload in spread random migratory producer broadcast hotspot; do
    for sharers in 2 64; do
        "$2" --hosts 72 --workload $workload --sharers $sharers >/dev/null ||
            { echo "$workload, $sharers: status $?"; exit 1; }
    done
    "$3" --hosts 72 --workload $workload --seeds 4 --phases 2 >/dev/null ||
        { echo "$workload, threads: status $?"; exit 1; }
done
"$2" --hosts 4096 --phases 1 || exit 1
"$3" --hosts 1024 --phases 1 --seeds 2
