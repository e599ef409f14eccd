# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Machines for a test: three network namespaces on one bridge.  Sourced in a
# scratch folder; leaves
#   list   "name=address,..." for -H, without slots
#   names  the namespaces' names
#   net    the first three numbers of the addresses: hosts are .1, .2, .3
#   ./rsh  a remote shell that is "ip netns exec"
# and netns_remove to be called at the end.  Ends with 77, for ctest to skip
# the test, where they cannot be made or entered: it takes root.

id=$$
bridge=mpg$id
names="mpg$id-a mpg$id-b mpg$id-c"

netns_remove() {
    for name in $names; do
        ip netns del "$name" 2>/dev/null
    done
    ip link del "$bridge" 2>/dev/null
    return 0
}

netns_make() {
    [ "$(id -u)" -eq 0 ] && command -v ip >/dev/null || exit 77
    ip link add "$bridge" type bridge 2>/dev/null || exit 77
    ip link set "$bridge" up
    # A /24 of this test's own out of 10.128/9, for it may run more than once
    # at a time on a machine.
    net=10.$((128 + id / 256 % 128)).$((id % 256))
    number=0
    list=
    for name in $names; do
        number=$((number + 1))
        ip netns add "$name" || exit 77
        ip link add "m$id-$number" type veth peer name eth0 netns "$name" ||
            exit 77
        ip link set "m$id-$number" master "$bridge" up
        ip -n "$name" address add "$net.$number/24" dev eth0
        ip -n "$name" link set eth0 up
        ip -n "$name" link set lo up
        # In a chroot that is no mount point this fails.
        ip netns exec "$name" true 2>/dev/null || exit 77
        list="$list${list:+,}$name=$net.$number"
    done
    printf '#!/bin/sh\nexec ip netns exec "$@"\n' >rsh
    chmod +x rsh
}
