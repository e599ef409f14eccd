#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# regions.sh SCRATCH SOURCE: what a region without data costs, as docs/OPENMP.md
# says it: a message to each host down the tree, and one back from each.  Start
# and end of the job drop out of the difference of two counts of regions.
#
# Host h of the tree has the children 4 h + 1 to 4 h + 4.  That no host sends
# more than one message to each of them and one to its parent is what makes a
# region wait for the depth of the tree and not for the number of hosts: on 2
# and 4 hosts one round trip, on 8 two.
set -u
scratch=$1
source=$2
less=200
more=500

fail() {
    echo "FAILED: $*"
    exit 1
}

# sent HOSTS THREADS REGIONS: a line with each host's messages.
sent() {
    timeout 60 "$BIN/millirun" -n "$1" --threads "$2" --stats "$scratch.stats" \
        "$scratch.program" "$3" || fail "$1 hosts, $2 threads: status $?"
    sed -n 's/^{"host":.*"messages_sent":\([0-9]*\).*/\1/p' "$scratch.stats" |
        tr '\n' ' '
}

"$BIN/millicc" -fopenmp -O2 "$source" -o "$scratch.program" || exit 1
for hosts in 2 4 8; do
    for threads in 1 2; do
        few=$(sent $hosts $threads $less) || fail "$few"
        many=$(sent $hosts $threads $more) || fail "$many"
        echo "$few- $many" | awk -v hosts=$hosts -v threads=$threads \
            -v regions=$((more - less)) '
            NF != 2 * hosts + 1 { print "no counts: " $0; exit 1 }
            {
                for (h = 0; h < hosts; h++) {
                    children = hosts - (4 * h + 1)
                    children = children < 0 ? 0 : children > 4 ? 4 : children
                    bound = regions * (children + (h > 0))
                    cost = $(hosts + 2 + h) - $(h + 1)
                    total += cost
                    if (cost > bound) {
                        print "host " h " of " hosts " sent " cost \
                            " messages in " regions " regions, not " bound
                        bad = 1
                    }
                }
                if (total < 2 * (hosts - 1) * regions) {
                    print "only " total ": the counts cannot be right"
                    bad = 1
                }
                printf "%d hosts, %d threads each: %.2f messages a region\n", \
                    hosts, threads, total / regions
            }
            END { exit bad }' || fail "$few- $many"
    done
done
