#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Other machines are reached through a remote shell, which may fail.
. "$(dirname "$0")/lib.sh"

cat >rsh <<'END'
#!/bin/sh
# As ssh does: another folder, another environment, a name of its own.
echo "$@" >>"${0%/*}/calls"
shift
cd /
exec env -i HOME=/remote PATH=/usr/bin:/bin "$@"
END
chmod +x rsh

run "$MILLIRUN" -H box=127.0.0.1:2 --rsh "$PWD/rsh" "$HOST" where function finish
expect_status 0
expect_sorted 'host 0 of 2 at 127.0.0.1, 0 of 2 here
host 1 of 2 at 127.0.0.1, 1 of 2 here'
# All that is told on a command line is this.
[ "$(cat calls)" = "box $(readlink -f "$MILLIRUN") --agent" ] ||
    fail "the remote shell got: $(cat calls)"

# The folder and the environment travel, the session does not.
GIVEN="it's" HOME=/home/caller MILLIPAGE_INFO=1
export GIVEN HOME MILLIPAGE_INFO
run "$MILLIRUN" -H box=127.0.0.1 --rsh "sh $PWD/rsh" sh -c \
    'echo "$GIVEN $HOME $MILLIPAGE_INFO"; pwd -P'
expect_status 0
expect_out "it's /remote 1
$(pwd -P)"
unset MILLIPAGE_INFO

# Input, output, status and loss, as on this machine.
echo text | "$MILLIRUN" -H box=127.0.0.1:2 --rsh ./rsh "$HOST" cat finish >out
expect_out text
run "$MILLIRUN" -H box=127.0.0.1:2 --rsh ./rsh "$HOST" finish 1:exit=9
expect_status 9
run "$MILLIRUN" -H box=127.0.0.1:2 --rsh ./rsh "$HOST" round 1:kill=9 hang
expect_status 137
expect_line 'host 1 (on box) was lost: killed by signal 9'
run "$MILLIRUN" -H box=127.0.0.1:2 --rsh ./rsh ./nothere
expect_status 127
expect_line '(on box): ./nothere: No such file'

# Remote shells that do not do their work.
run "$MILLIRUN" -H box=127.0.0.1 --rsh nosuchshell true
expect_status 2
expect_line 'cannot run nosuchshell: No such file'
run "$MILLIRUN" -H box=127.0.0.1 --rsh false true
expect_status 1
expect_line 'cannot start host 0 (on box): false exited with status 1'
run "$MILLIRUN" -H box=127.0.0.1 --rsh 'echo Welcome,' true
expect_status 1
expect_line "the remote shell printed 'Welcome, box .*its start-up files must"

# A folder that is not there on the other machine.
cat >elsewhere <<'END'
#!/bin/sh
cd /
rmdir "$OLDPWD"
shift
exec "$@"
END
mkdir gone
cd gone || exit 1
run_there() {
    "$MILLIRUN" -H box=127.0.0.1 --rsh "sh $scratch/elsewhere" true \
        >"$scratch/out" 2>"$scratch/err"
}
status=0
run_there || status=$?
cd .. || exit 1
expect_status 127
expect_line '(on box): .*/gone: No such file'

# The line to a machine breaks.
start "$MILLIRUN" -H box=127.0.0.1:2 --rsh ./rsh "$HOST" pid=. round 'print=in\n' hang
read -r line <&4
read -r line <&4
kill -KILL "$(sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$(cat 0)/stat")"
finish
expect_status 1
expect_line 'host 0 (on box) was lost: ./rsh was killed by signal 9'
