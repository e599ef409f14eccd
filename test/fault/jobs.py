# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Jobs seen from outside: starting one, finding its hosts, its end.

That nothing is left of a job is known, not guessed: every process of it
inherits the write end of a pipe, and the pipe has come to its end when the
last of them has.
"""

import contextlib
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import time

# How long a run may take before it counts as one that hangs.
HANG_S = 30.0


def environment(**more):
    """Ours, without what would steer the library, and with `more`."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("MILLIPAGE_", "FAULT_", "LD_PRELOAD"))}
    return {**kept, **{name: str(value) for name, value in more.items()}}


def children_of(pid):
    """Of all its threads: [pid]."""
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in
                      (task / "children").read_text().split()]
    return found


def descendants_of(pid):
    found = []
    for child in children_of(pid):
        found += [child, *descendants_of(child)]
    return found


def host_number(pid):
    """As its launcher has told it, or None."""
    try:
        text = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    for variable in text.split(b"\0"):
        name, _, value = variable.partition(b"=")
        if name == b"MILLIPAGE_HOST":
            return int(value)
    return None


def state_of(pid):
    """The letter of /proc/PID/stat, of its first thread."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "X"
    return text.rpartition(")")[2].split()[0]


def has_exec(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/exe").readlink().name == name
    except OSError:
        return False


class Job:
    """One command with all that it starts.  A context manager: leaving it
    ends what still runs."""

    def __init__(self, command, env, cwd=None, pass_fds=()):
        self.out = tempfile.TemporaryFile()
        self.err = tempfile.TemporaryFile()
        self.life, life = os.pipe()
        os.set_inheritable(life, True)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(word) for word in command], env=env, cwd=cwd,
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err,
            pass_fds=(life, *pass_fds), start_new_session=True)
        os.close(life)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # What is stopped, or has left its parents, is found from above.
        left = [*descendants_of(self.process.pid), self.process.pid]
        if not self.ends(0):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.life)
        self.out.close()
        self.err.close()

    def ends(self, seconds):
        """Whether every process of it is gone within that time."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self.life], [], [], left)[0]:
                return False
            if os.read(self.life, 1) == b"":
                return True

    def host(self, number):
        """The process of that host, or None as long as there is none."""
        for pid in descendants_of(self.process.pid):
            if host_number(pid) == number:
                return pid
        return None

    def wait_for(self, find):
        """What find() answers, once it is something; None when the job has
        ended before."""
        while not self.ends(0.001):
            found = find()
            if found:
                return found
        return None

    def status(self):
        """As a shell has it.  The job has ended."""
        code = self.process.wait()
        return 128 - code if code < 0 else code

    def output(self):
        self.out.seek(0)
        return self.out.read().decode(errors="replace")

    def errors(self):
        """The lines of standard error."""
        self.err.seek(0)
        return self.err.read().decode(errors="replace").splitlines()

    def last_words(self):
        """For a failure: all that was printed."""
        text = "".join(f"    | {line}\n" for line in
                       self.output().splitlines()[-10:])
        return text + "".join(f"    ! {line}\n" for line in self.errors()[-10:])

    def what_runs(self):
        """For a hang: who is there, and where it waits."""
        text = ""
        for pid in [self.process.pid, *descendants_of(self.process.pid)]:
            with contextlib.suppress(OSError):
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                text += (f"    {pid} {state_of(pid)} host {host_number(pid)}: "
                         f"{words.decode().replace(chr(0), ' ')}\n")
        return text


@contextlib.contextmanager
def pidfd(pid):
    """A handle of the process that stays its own; None when it has gone."""
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)
