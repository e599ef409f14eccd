#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A host is killed at a moment that it was brought to.

    moments.py --millirun M --program MOMENTS [--only MOMENT] [--rounds N]

For each moment, backend, and the first and the last host of a job: when the
host is there (moments.c) it gets SIGKILL.  Within five seconds every process
of the job is gone; the status says so, and one line on standard error names
the host and how its loss was noticed.  What hosts printed before is there.

Then the launcher and its agents are killed, on this machine and behind a
remote shell; and hosts are stopped, which is no loss.
"""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import time

import jobs

HOSTS = 3
LIMIT_S = 5.0
STOPPED_S = 4.0  # longer than the launcher waits for anything
MOMENTS = ["constructor", "in_main", "holding_a_lock", "waiting_for_a_lock",
           "in_a_barrier", "others_in_a_barrier", "in_a_fault",
           "in_an_exit_handler", "having_left", "others_have_left"]
# Remote shells for this machine: one that becomes the agent, and one that
# waits for it and ends as it has.
RSH = "#!/bin/sh\nshift\nexec \"$@\"\n"
WAITING_RSH = ("#!/bin/sh\nshift\nexec 3<&0\n\"$@\" <&3 3<&- &\n"
               "wait $! 2>/dev/null\nexit $?\n")


class Failed(Exception):
    """What was promised did not happen."""


class Scene:
    """A job of the program moments, brought to its moment."""

    def __init__(self, options, moment, victim, backend, where=()):
        self.victim = victim
        self.folder = tempfile.TemporaryDirectory()
        self.here = pathlib.Path(self.folder.name) / "here"
        self.go = pathlib.Path(self.folder.name) / "go"
        os.mkfifo(self.here)
        os.mkfifo(self.go)
        # Both ends, so that nobody waits in open for the other.
        self.fds = [os.open(path, os.O_RDWR | os.O_CLOEXEC)
                    for path in (self.here, self.go)]
        env = jobs.environment(
            MOMENT=moment, MOMENT_HOST=victim, MOMENT_HERE=self.here,
            MOMENT_GO=self.go, MILLIPAGE_VM=backend)
        self.job = jobs.Job([options.millirun, "-n", HOSTS, *where,
                             options.program], env)
        self.program = pathlib.Path(options.program).name

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.job.__exit__(*error)
        for fd in self.fds:
            os.close(fd)
        self.folder.cleanup()

    def hosts(self):
        """Their processes, by number; None until all run the program."""
        pids = {}
        for pid in jobs.descendants_of(self.job.process.pid):
            if jobs.has_exec(pid, self.program):
                pids[jobs.host_number(pid)] = pid
        return pids if set(pids) == set(range(HOSTS)) else None

    def need(self, find, what):
        found = self.job.wait_for(find)
        if not found:
            raise Failed(f"it ended before {what}\n{self.job.last_words()}")
        return found

    def reach(self, moment):
        """Waits until the victim and the others are there."""
        pids = self.need(self.hosts, "all hosts ran")
        if moment == "in_a_fault":
            owner = pids[1 if self.victim == 0 else 0]
            self.need(lambda: jobs.state_of(owner) == "T", "the owner stopped")
            os.write(self.fds[1], b"!")
        os.set_blocking(self.fds[0], False)
        self.need(self.is_here, "the victim was there")
        self.need(lambda: all(jobs.state_of(pid) in "ST"
                              for pid in pids.values()), "the hosts waited")
        return pids

    def is_here(self):
        try:
            return os.read(self.fds[0], 5)
        except BlockingIOError:
            return b""


def check_gone(job, since):
    """How long it has taken until every process was gone."""
    if not job.ends(LIMIT_S - (time.monotonic() - since)):
        raise Failed(f"something still runs after {LIMIT_S} s:\n"
                     f"{job.what_runs()}{job.last_words()}")
    return time.monotonic() - since


def check_end(job, status, words):
    errors = job.errors()
    if job.status() != status or len(errors) != 1 or words not in errors[0]:
        raise Failed(f"status {job.status()}, not {status}, or not one line "
                     f"with '{words}':\n{job.last_words()}")


def check_printed(job, moment):
    """Every host had said that it is in main, but where nobody came there."""
    if moment != "constructor":
        lines = job.output().splitlines()
        wanted = [f"host {host} is in main" for host in range(HOSTS)]
        if sorted(lines) != wanted:
            raise Failed(f"output is lost:\n{job.last_words()}")


def kill_host(options, moment, victim, backend, where=()):
    place = "box" if where else "localhost"
    with Scene(options, moment, victim, backend, where) as scene:
        pids = scene.reach(moment)
        since = time.monotonic()
        os.kill(pids[victim], signal.SIGKILL)
        took = check_gone(scene.job, since)
        check_end(scene.job, 137, f"host {victim} (on {place}) was lost: "
                  "killed by signal 9 (Killed)")
        check_printed(scene.job, moment)
        return took


def terminate_host(options, victim, backend):
    """SIGTERM ends a host that waits for others, although the thread that
    waits has it blocked."""
    with Scene(options, "in_a_barrier", victim, backend) as scene:
        pids = scene.reach("in_a_barrier")
        since = time.monotonic()
        os.kill(pids[victim], signal.SIGTERM)
        took = check_gone(scene.job, since)
        check_end(scene.job, 143, f"host {victim} (on localhost) was lost: "
                  "killed by signal 15 (Terminated)")
        return took


def kill_launcher(options, moment, backend, where=()):
    with Scene(options, moment, 1, backend, where) as scene:
        scene.reach(moment)
        since = time.monotonic()
        scene.job.process.kill()
        return check_gone(scene.job, since)


def agents_of(scene):
    return [pid for pid in jobs.descendants_of(scene.job.process.pid)
            if jobs.has_exec(pid, "millirun")]


def kill_agent(options, moment, backend, where, words):
    with Scene(options, moment, 1, backend, where) as scene:
        scene.reach(moment)
        since = time.monotonic()
        os.kill(agents_of(scene)[-1], signal.SIGKILL)
        took = check_gone(scene.job, since)
        check_end(scene.job, 1, words)
        return took


def kill_remote_shell(options, moment, backend, where):
    with Scene(options, moment, 1, backend, where) as scene:
        scene.reach(moment)
        since = time.monotonic()
        os.kill(jobs.children_of(scene.job.process.pid)[0], signal.SIGKILL)
        took = check_gone(scene.job, since)
        check_end(scene.job, 1, "was killed by signal 9")
        return took


def stop_host(options, victim, backend):
    """Stopped in the middle of its work for longer than anybody waits."""
    with Scene(options, "busy", victim, backend) as scene:
        pids = scene.need(scene.hosts, "all hosts ran")
        os.set_blocking(scene.fds[0], False)
        scene.need(scene.is_here, "the victim was there")
        os.kill(pids[victim], signal.SIGSTOP)
        if scene.job.ends(STOPPED_S):
            raise Failed(f"a stopped host ended it:\n{scene.job.last_words()}")
        os.kill(pids[victim], signal.SIGCONT)
        scene.go.unlink()
        if not scene.job.ends(jobs.HANG_S):
            raise Failed(f"it does not go on:\n{scene.job.what_runs()}")
        if (scene.job.status() or scene.job.errors() or
                "moments: right\n" not in scene.job.output()):
            raise Failed(f"it went on wrongly:\n{scene.job.last_words()}")
        return 0.0


def cases(options, rsh, waiting_rsh):
    """(name, function) of everything there is to do, in order."""
    remote = ("-H", f"box=127.0.0.1:{HOSTS}", "--rsh", rsh)
    two = ("-H", f"box=127.0.0.2:1,box=127.0.0.3:{HOSTS - 1}", "--rsh", rsh)
    for moment in MOMENTS:
        for backend, victim in (("uffd", 0), ("mprotect", HOSTS - 1)):
            yield (f"host {victim} {moment}, {backend}",
                   lambda m=moment, v=victim, b=backend:
                   kill_host(options, m, v, b))
    for victim, backend in ((0, "mprotect"), (1, "uffd")):
        yield (f"host {victim} by SIGTERM in a barrier, {backend}",
               lambda v=victim, b=backend: terminate_host(options, v, b))
    for moment in "in_a_barrier", "having_left":
        yield (f"a host behind a remote shell, {moment}",
               lambda m=moment: kill_host(options, m, 1, "uffd", two))
    for where in (), remote, two:
        yield (f"the launcher, {' '.join(where)}",
               lambda w=where: kill_launcher(options, "in_a_barrier", "uffd",
                                             w))
    yield ("the agent", lambda: kill_agent(
        options, "in_a_barrier", "uffd", (),
        "host 0 (on localhost) was lost: its agent was killed by signal 9"))
    yield ("the agent behind a remote shell", lambda: kill_agent(
        options, "in_a_barrier", "uffd",
        ("-H", f"box=127.0.0.1:{HOSTS}", "--rsh", waiting_rsh),
        f"host 0 (on box) was lost: {waiting_rsh} exited with status 137"))
    yield ("a remote shell", lambda: kill_remote_shell(
        options, "in_a_barrier", "uffd", two))
    for victim, backend in ((0, "uffd"), (1, "mprotect")):
        yield (f"host {victim} stopped for {STOPPED_S} s, {backend}",
               lambda v=victim, b=backend: stop_host(options, v, b))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millirun", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", default="", help="cases with that word")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    done = failures = 0
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        shells = []
        for text in RSH, WAITING_RSH:
            shells.append(str(pathlib.Path(folder) / f"rsh{len(shells)}"))
            pathlib.Path(shells[-1]).write_text(text)
            os.chmod(shells[-1], 0o755)
        for _ in range(options.rounds):
            for name, run in cases(options, *shells):
                if options.only not in name:
                    continue
                done += 1
                try:
                    took = run()
                except Failed as failed:
                    failures += 1
                    print(f"FAILED: {name}: {failed}", flush=True)
                    continue
                longest = max(longest, took)
                print(f"{took:5.2f} s  {name}", flush=True)
    print(f"{done} named moments: {done - failures} ended as promised, "
          f"at most {longest:.2f} s after the kill")
    return 1 if failures or not done else 0


if __name__ == "__main__":
    sys.exit(main())
