#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A host that is stopped for longer than MILLIPAGE_LOST_MS and
MILLIPAGE_CONNECT_MS is not a lost host: the others wait for it, whatever they
have sent it meanwhile, and the job goes on when it does.

    stopped.py MILLIRUN STEADY
"""

import os
import signal
import sys

import job

LIMIT_MS = 1000
STOPPED_S = 6
AT_START = "at start"


class Stopped:
    """A job, one host of which is stopped when its work has begun, or before
    it has called anybody."""

    def __init__(self, millirun, steady, how, number):
        self.number, self.how = number, how
        words = [steady, how]
        if how == AT_START:
            words = ["sh", "-c", f"[ $MILLIPAGE_HOST = {number} ] && "
                     "kill -STOP $$; exec \"$@\"", "sh", steady]
        self.run = job.Job(millirun, "-n", 3, "--lost-ms", LIMIT_MS,
                           "--connect-ms", LIMIT_MS, *words)
        if how != AT_START:
            self.run.expect("ready")
            os.kill(self.run.hosts()[number], signal.SIGSTOP)
            # More than the sockets take: its window closes.
            self.run.process.stdin.write(16 * "\n")
            self.run.process.stdin.flush()

    def wait(self, seconds):
        if not self.run.is_alive_for(seconds):
            job.fail(f"{self.how}: host {self.number} was stopped, and the "
                     f"job ended: {self.run.end()}")

    def go_on(self):
        os.kill(self.run.hosts()[self.number], signal.SIGCONT)
        if self.how == AT_START:
            self.run.expect("ready")
        status, _, errors, _ = self.run.end()
        if status or errors:
            job.fail(f"{self.how}: status {status}, {errors}")


def main():
    cases = [("busy", 0), ("busy", 2), ("push", 1), ("quiet", 1),
             (AT_START, 1)]
    stopped = [Stopped(*sys.argv[1:], *case) for case in cases]
    stopped[0].wait(STOPPED_S)
    for case in stopped[1:]:
        case.wait(0)
    for case in stopped:
        case.go_on()
    print(f"{len(cases)} hosts stopped for {STOPPED_S} s, none lost")


main()
