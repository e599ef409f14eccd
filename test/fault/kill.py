#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kills hosts of real programs at random moments.

    kill.py --millirun M [--examples DIR] [--e2e DIR] [--kills N] [--seed S]
            [--first K]

Each kill is a job of 2 to 4 hosts, a program, a backend, a way to start it, a
host and a moment, all drawn from the seed and the kill's number: --seed S
--first K --kills 1 draws kill K again.  Moments are spread evenly over the time
that the program takes here when nobody is killed.

As promised means: within five seconds every process of the job is gone;
millirun's status is not 0; it, or a host, has said one line that names the
lost host and how that was noticed, and nothing else beside what the program
prints.  A host that had ended before its kill came was none: the run must have
gone well, and another is drawn.
"""

import argparse
import collections
import pathlib
import random
import re
import signal
import sys
import tempfile
import time

import jobs

LIMIT_S = 5.0
EXAMPLES = [
    ("sor", ["--no-check", 2048, 64, 60], "not checked"),
    ("is", ["--no-check", 2000000, 512, 20], "not checked"),
    ("water", ["--no-check", 100, 3], "not checked"),
    ("lu", ["--no-check", 768], "not checked"),
    ("tsp", ["--no-check", 15, 10], "not checked"),
    ("heat", ["--no-check", 150, "heat.png", 200, 150], "checksum="),
]
E2E = [
    ("lock_counter", [], "checks"),
    ("lock_many", [], "checks"),
    ("barrier", [], "checks"),
    ("contend", [], "checks"),
    ("heap", [], "checks"),
]
OURS = re.compile(r"(millirun|millipage): ")
# A remote shell for this machine.
RSH = "#!/bin/sh\nshift\nexec \"$@\"\n"


class Failed(Exception):
    """A kill did not end as promised."""


class Draw:
    """One kill, as seed and number have it."""

    def __init__(self, options, number):
        dice = random.Random(f"{options.seed} {number}")
        self.folder, (self.name, self.words, self.right) = dice.choice(
            options.programs)
        self.hosts = dice.randint(2, 4)
        self.victim = dice.randrange(self.hosts)
        self.backend = dice.choice(["uffd", "mprotect"])
        self.is_remote = dice.random() < 0.25
        self.when = dice.random()  # of the program's time
        self.options = options

    def __str__(self):
        where = " behind a remote shell" if self.is_remote else ""
        return (f"{self.name} on {self.hosts} hosts{where}, {self.backend}, "
                f"host {self.victim}")

    def start(self):
        where = []
        if self.is_remote:
            where = ["-H", f"box=127.0.0.2:1,box=127.0.0.3:{self.hosts - 1}",
                     "--rsh", self.options.rsh]
        command = [self.options.millirun, "-n", self.hosts, *where,
                   self.folder / self.name, *self.words]
        env = jobs.environment(MILLIPAGE_VM=self.backend)
        return jobs.Job(command, env, cwd=self.options.scratch)

    def went_well(self, job):
        return (job.status() == 0 and self.right in job.output() and
                not any(OURS.match(line) for line in job.errors()))

    def seconds(self):
        """How long it takes when nobody is killed; measured once for each
        program and number of hosts."""
        known = self.options.seconds
        key = (self.name, self.hosts, self.backend, self.is_remote)
        if key not in known:
            with self.start() as job:
                if not job.ends(jobs.HANG_S) or not self.went_well(job):
                    raise Failed("without a kill it fails:\n" +
                                 job.what_runs() + job.last_words())
                known[key] = time.monotonic() - job.started
        return known[key]

    def run(self):
        """Kills.  Answers the seconds from there to the end of everything;
        None when it came too late."""
        moment = self.when * self.seconds()
        with self.start() as job:
            job.ends(moment - (time.monotonic() - job.started))
            pid = job.wait_for(lambda: job.host(self.victim))
            with jobs.pidfd(pid or 0) as process:
                since = time.monotonic()
                if process is not None:
                    try:
                        signal.pidfd_send_signal(process, signal.SIGKILL)
                    except ProcessLookupError:
                        process = None
                return self.judge(job, since, process is not None)

    def judge(self, job, since, is_killed):
        limit = LIMIT_S if is_killed else jobs.HANG_S
        if not job.ends(limit):
            raise Failed(f"something still runs after {limit} s:\n"
                         f"{job.what_runs()}{job.last_words()}")
        took = time.monotonic() - since
        if self.went_well(job):
            return None
        lines = [line for line in job.errors() if OURS.match(line)]
        strange = [line for line in job.errors() if not OURS.match(line) and
                   not line.startswith(self.name)]
        if not is_killed:
            raise Failed(f"it failed by itself:\n{job.last_words()}")
        if job.status() == 0 or len(lines) != 1 or strange:
            raise Failed(f"status {job.status()}, {len(lines)} lines:\n"
                         f"{job.last_words()}")
        if not re.search(rf"host {self.victim}\b.*(lost: .|: lost)|"
                         rf"lost host {self.victim}: .", lines[0]):
            raise Failed(f"host {self.victim} is not named:\n"
                         f"{job.last_words()}")
        return took


def programs_of(options):
    found = []
    for folder, rows in ((options.examples, EXAMPLES), (options.e2e, E2E)):
        if folder:
            found += [(pathlib.Path(folder), row) for row in rows]
    return found


def kill_all(options):
    """Kills until there were enough; answers counts and the longest end."""
    counts = collections.Counter()
    longest = 0.0
    number = options.first
    while counts["kills"] < options.kills:
        draw = Draw(options, number)
        try:
            took = draw.run()
        except Failed as failed:
            counts["kills"] += 1
            counts["failed"] += 1
            print(f"FAILED: kill {number}: {draw}, at {100 * draw.when:.0f} % "
                  f"of its time: {failed}", flush=True)
        else:
            counts["late" if took is None else "kills"] += 1
            longest = max(longest, took or 0.0)
            if options.verbose:
                print(f"{number}: {draw}, at {100 * draw.when:.0f} %: "
                      f"{'too late' if took is None else f'{took:.2f} s'}",
                      flush=True)
        number += 1
    return counts, longest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millirun", required=True)
    parser.add_argument("--examples", help="folder of the example programs")
    parser.add_argument("--e2e", help="folder of the end-to-end tests")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.programs = programs_of(options)
    options.seconds = {}
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as options.scratch:
        options.rsh = pathlib.Path(options.scratch) / "rsh"
        options.rsh.write_text(RSH)
        options.rsh.chmod(0o755)
        counts, longest = kill_all(options)
    print(f"{counts['kills']} kills at random moments over "
          f"{len(options.programs)} programs: "
          f"{counts['kills'] - counts['failed']} ended as promised, at most "
          f"{longest:.2f} s after the kill; {counts['late']} came too late")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
