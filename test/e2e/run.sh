#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# One program on each number of hosts in turn:
#
#   run.sh MILLIRUN BACKEND "HOSTS..." PROGRAM [ARGUMENT...]
#
# Ends with the status of the first run that fails.
set -u
millirun=$1
backend=$2
numbers=$3
shift 3
for hosts in $numbers; do
    echo "-- millirun -n $hosts --vm $backend $*"
    timeout 100 "$millirun" -n "$hosts" --vm "$backend" "$@"
    status=$?
    [ $status -eq 0 ] || { echo "status $status"; exit $status; }
done
