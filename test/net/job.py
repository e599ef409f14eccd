# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A job that a test runs: its output line by line, its hosts, its end."""

import atexit
import os
import pathlib
import select
import signal
import subprocess
import sys
import time


def fail(text):
    print(f"FAILED: {text}")
    sys.exit(1)


class Job:
    """`millirun ARGUMENTS`, with the variables of the runtime unset."""

    def __init__(self, *arguments, **options):
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("MILLIPAGE_")}
        self.words = [str(word) for word in arguments]
        self.process = subprocess.Popen(
            self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=clean, **options)
        # However the test ends: when the launcher is gone, so are its hosts.
        atexit.register(self.process.kill)

    def expect(self, text):
        line = self.process.stdout.readline().rstrip("\n")
        if line != text:
            self.process.kill()
            fail(f"'{line}' instead of '{text}'; "
                 f"errors: {self.process.stderr.read()}")

    def children(self, pid=None):
        """All processes of the job but the launcher."""
        pid = pid or self.process.pid
        found = []
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                found += [int(child), *self.children(int(child))]
        return found

    def hosts(self):
        """{host: pid}."""
        found = {}
        for pid in self.children():
            variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            for variable in variables.split(b"\0"):
                name, _, value = variable.partition(b"=")
                if name == b"MILLIPAGE_HOST":
                    found[int(value)] = pid
        return found

    def is_alive_for(self, seconds):
        """Whether nothing ends, and nothing is said, for so long."""
        said, _, _ = select.select(
            [self.process.stdout, self.process.stderr], [], [], seconds)
        return not said and self.process.poll() is None

    def end(self, seconds=60):
        """Ends its input; its status, output, lines of errors, seconds."""
        begin = time.monotonic()
        try:
            out, errors = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            for pid in self.children():
                os.kill(pid, signal.SIGKILL)
            self.process.kill()
            fail(f"{' '.join(self.words)} did not end within {seconds} s")
        return (self.process.returncode, out, errors.splitlines(),
                time.monotonic() - begin)
