#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The Nth system call fails, for every N through start-up and a short run.

    nth.py --millirun M --inject LIBRARY --program TOUR [--all]
           [--only WHICH]

Each run makes one call fail, of one process of a job of two hosts (inject.c),
or kills the process there.  It has to end in one of two ways: with status 0, the right answer and nothing
on standard error; or with another status and one line there that says what
failed.  Nothing may be left running, and nothing may hang, crash, or answer
wrongly.  What is transient (EINTR, EAGAIN, a short count) must be survived.

Prints for each call how many Ns there were, and how the runs ended.
"""

import argparse
import collections
import concurrent.futures
import errno
import os
import pathlib
import re
import sys
import tempfile

import jobs

SHORT, KILL = "short", "kill"
AT_ONCE = 4  # jobs

# What can come of a call, in earnest; getaddrinfo has errors of its own.
# A row is role, call, backends it is about (both when empty), errors, and those
# that must be survived.  Calls that cannot fail where they are made have none:
# write, to an event descriptor; sigaction, which refuse.sh lets fail.
EAI_MEMORY, EAI_SYSTEM = -10, -11
ROWS = [
    # The library: memory.
    ("host", "mmap", "", [errno.ENOMEM], []),
    ("host", "munmap", "", [], [errno.ENOMEM]),
    ("host", "mprotect", "", [errno.ENOMEM], []),
    ("host", "madvise", "", [errno.ENOMEM], [errno.EAGAIN]),
    ("host", "memfd_create", "", [errno.EMFILE, errno.ENOSYS], []),
    ("host", "ftruncate", "", [errno.EFBIG, errno.ENOSPC], [errno.EINTR]),
    ("host", "userfaultfd", "uffd", [errno.EPERM, errno.ENOSYS], []),
    ("host", "ioctl", "uffd", [errno.ENOMEM], []),
    ("host", "malloc", "", [errno.ENOMEM], []),
    ("host", "calloc", "", [errno.ENOMEM], []),
    # Its launcher.
    ("host", "read", "", [errno.ECONNRESET], [errno.EINTR, SHORT]),
    # Other hosts.
    ("host", "socket", "", [errno.EMFILE, errno.EAFNOSUPPORT], []),
    ("host", "bind", "", [errno.EADDRNOTAVAIL], []),
    ("host", "listen", "", [errno.EADDRINUSE], []),
    ("host", "getsockname", "", [errno.ENOBUFS], []),
    ("host", "connect", "", [errno.ECONNREFUSED, errno.ENETUNREACH], []),
    ("host", "accept4", "", [errno.EMFILE],
     [errno.EINTR, errno.EAGAIN, errno.ECONNABORTED]),
    ("host", "getsockopt", "", [errno.ENOBUFS], []),
    ("host", "setsockopt", "", [errno.ENOBUFS], []),
    ("host", "poll", "", [errno.ENOMEM], [errno.EINTR]),
    ("host", "send", "", [errno.ECONNRESET], [errno.EINTR, errno.EAGAIN, SHORT]),
    ("host", "sendmsg", "", [errno.ECONNRESET, errno.ENOBUFS],
     [errno.EINTR, errno.EAGAIN, SHORT]),
    ("host", "recv", "", [errno.ECONNRESET, errno.ETIMEDOUT],
     [errno.EINTR, errno.EAGAIN, SHORT]),
    ("host", "recvmsg", "", [errno.ECONNRESET, errno.ETIMEDOUT],
     [errno.EINTR, errno.EAGAIN, SHORT]),
    # Waiting.
    ("host", "epoll_create1", "", [errno.EMFILE], []),
    ("host", "epoll_ctl", "", [errno.ENOMEM, errno.ENOSPC], []),
    ("host", "epoll_wait", "", [], [errno.EINTR]),
    ("host", "epoll_pwait", "", [], [errno.EINTR]),
    ("host", "epoll_pwait2", "", [], [errno.EINTR, errno.ENOSYS]),
    ("host", "eventfd", "", [errno.EMFILE], []),
    ("host", "timerfd_create", "", [errno.EMFILE], []),
    ("host", "timerfd_settime", "", [errno.EINVAL], []),
    ("host", "futex_wait", "", [], [errno.EINTR, errno.EAGAIN]),
    ("host", "pthread_create", "", [errno.EAGAIN], []),
    ("host", "sched_setattr", "", [], [errno.EPERM]),
    # What is nice to have.
    ("host", "fopen", "", [], [errno.EMFILE]),
    ("host", "close", "", [], [errno.EIO, errno.EINTR]),

    ("launcher", "open", "", [], [errno.EMFILE]),
    ("launcher", "signalfd", "", [errno.EMFILE], []),
    ("launcher", "getcwd", "", [errno.ENOENT], []),
    ("launcher", "getrandom", "", [errno.ENOSYS], []),
    ("launcher", "getaddrinfo", "", [EAI_MEMORY], []),
    ("launcher", "pipe2", "", [errno.EMFILE], []),
    ("launcher", "fork", "", [errno.EAGAIN, errno.ENOMEM], []),
    ("launcher", "setsid", "", [], [errno.EPERM]),
    ("launcher", "dup2", "", [errno.EMFILE], []),
    ("launcher", "execvp", "", [errno.EAGAIN, errno.ENOMEM], []),
    ("launcher", "fcntl", "", [errno.EBADF], []),
    ("launcher", "poll", "", [], [errno.EINTR, errno.ENOMEM]),
    ("launcher", "read", "", [errno.EIO], [errno.EINTR, SHORT]),
    ("launcher", "write", "", [errno.EIO], [errno.EINTR, errno.EAGAIN, SHORT]),
    ("launcher", "pidfd_open", "", [], [errno.EMFILE]),
    ("launcher", "waitpid", "", [], [errno.EINTR]),
    ("launcher", "prctl", "", [], [errno.EINVAL]),
    ("launcher", "fopen", "", [], [errno.EMFILE]),
    ("launcher", "close", "", [], [errno.EIO]),
    ("launcher", "realloc", "", [errno.ENOMEM], []),

    ("agent", "open", "", [errno.EMFILE], []),
    ("agent", "signalfd", "", [errno.EMFILE], []),
    ("agent", "chdir", "", [errno.EACCES], []),
    ("agent", "socketpair", "", [errno.EMFILE], []),
    ("agent", "pipe2", "", [errno.EMFILE], []),
    ("agent", "fork", "", [errno.EAGAIN, errno.ENOMEM], []),
    ("agent", "setpgid", "", [], [errno.EPERM]),
    ("agent", "prctl", "", [errno.EINVAL], []),
    ("agent", "personality", "", [errno.EPERM], []),
    ("agent", "dup2", "", [errno.EMFILE], []),
    ("agent", "fcntl", "", [errno.EBADF], []),
    ("agent", "execvp", "", [errno.EAGAIN, errno.ENOMEM], []),
    ("agent", "poll", "", [], [errno.EINTR, errno.ENOMEM]),
    ("agent", "read", "", [errno.EIO], [errno.EINTR, SHORT]),
    ("agent", "write", "", [errno.EIO], [errno.EINTR, errno.EAGAIN, SHORT]),
    ("agent", "waitid", "", [], [errno.EINTR]),
    ("agent", "waitpid", "", [], [errno.EINTR]),
    ("agent", "fopen", "", [], [errno.EMFILE]),
    ("agent", "close", "", [], [errno.EIO]),
    ("agent", "realloc", "", [errno.ENOMEM], []),
]

# Where a host is killed instead: before each of its calls of these, so that it
# dies at every point of start-up, meeting, work and end.
KILLED = ["mmap", "ioctl", "mprotect", "ftruncate", "read", "socket", "listen",
          "connect", "accept4", "setsockopt", "send", "recv", "sendmsg",
          "epoll_ctl", "epoll_wait", "pthread_create", "fopen"]
ROWS += [("host", call, "uffd" if call == "ioctl" else "", [KILL], [])
         for call in KILLED]

# What a host warns of and goes on; no news of its end.
WARNINGS = re.compile(r"millipage: host \d+: (refused a connection from|"
                      r"cannot accept connections: .*; trying again)")

# A line that has one of these has not said what failed.
UNCLEAR = ("left without finishing", "assertion failed", "exited with status",
           "Success", "nonsense")


def name_of(what):
    if what in (SHORT, KILL):
        return what
    if what < 0:
        return f"EAI {what}"
    return errno.errorcode[what]


class Failed(Exception):
    """A run did not end as it should have."""


def run_once(options, row, backend, host, what, nth):
    """Answers "survived", "said" or "unreached"; raises Failed."""
    role, call = row[:2]
    log = pathlib.Path(options.scratch) / "-".join(
        map(str, (role, host, backend, call, what, nth)))
    env = jobs.environment(
        FAULT_ROLE=role, FAULT_HOST=host, FAULT_CALL=call, FAULT_NTH=nth,
        FAULT_DO=what, FAULT_LOG=log, LD_PRELOAD=options.inject,
        MILLIPAGE_VM=backend)
    command = [options.millirun, "-n", 2, options.program]
    with jobs.Job(command, env, cwd=options.scratch) as job:
        if not job.ends(jobs.HANG_S):
            raise Failed("it hangs\n" + job.what_runs() + job.last_words())
        status = job.status()
        errors = [line for line in job.errors() if not WARNINGS.match(line)]
        words = f"status {status}\n" + job.last_words()
        is_right = job.output() == "tour: right\n"
    if not log.exists():
        if status or errors or not is_right:
            raise Failed("the call was not reached: " + words)
        return "unreached"
    if status == 0:
        if not is_right or errors:
            raise Failed("survived, but not well: " + words)
        return "survived"
    if what in row[4]:
        raise Failed("it should have been survived: " + words)
    if what == KILL and role == "host":
        expected = f"host {host} (on localhost) was lost: killed by signal 9"
        if status != 137 or len(errors) != 1 or expected not in errors[0]:
            raise Failed("not as a kill should end: " + words)
        return "said"
    is_mute = (role, call, nth) == ("agent", "write", 1)  # its greeting
    if len(errors) != 1 or not is_mute and any(
            word in errors[0] for word in UNCLEAR):
        raise Failed("not one clear line: " + words)
    if status >= 128:
        raise Failed("ended by a signal: " + words)
    return "said"


def ordinals(is_all):
    """1, 2, 3 ...; or, from the sixth on, ever fewer of them."""
    nth = 1
    while True:
        yield nth
        nth += 1 if is_all or nth < 6 else nth // 2


def worlds(row, is_all):
    """(backend, host) of the runs of a row: all there are, or one of them."""
    if row[0] != "host":
        return [("uffd", 0)]
    found = [(backend, host) for backend in ("uffd", "mprotect")
             for host in (0, 1) if row[2] in ("", backend)]
    # Neighbours in the table get different ones.
    return found if is_all else [found[ROWS.index(row) % len(found)]]


def try_row(options, row, backend, host):
    """Answers the counts of ends, and what there is to print."""
    ends = collections.Counter()
    text = ""
    most = 0
    for what in row[3] + row[4]:
        for nth in ordinals(options.all):
            try:
                end = run_once(options, row, backend, host, what, nth)
            except Failed as failed:
                text += (f"FAILED: {row[0]} {host}, {backend}: {row[1]} "
                         f"number {nth}, {name_of(what)}: {failed}\n")
                ends["failed"] += 1
                if ends["failed"] > 2:
                    break
                continue
            if end == "unreached":
                break
            ends[end] += 1
            most = max(most, nth)
    return ends, text + summary(row, backend, host, ends, most)


def summary(row, backend, host, ends, most):
    who = f"host {host}" if row[0] == "host" else row[0]
    errors = ", ".join(name_of(what) for what in row[3] + row[4])
    return (f"{who:8} {backend:8} {row[1]:15} {most:4} calls, "
            f"{sum(ends.values()):4} runs: {ends['survived']:4} survived, "
            f"{ends['said']:4} said why  ({errors})")


def is_chosen(only, row):
    return only in (None, row[0], f"{row[0]}.{row[1]}",
                    name_of((row[3] + row[4])[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millirun", required=True)
    parser.add_argument("--inject", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--all", action="store_true",
                        help="every N, on every host and backend")
    parser.add_argument("--only", help="ROLE.CALL, ROLE or kill")
    options = parser.parse_args()
    total = collections.Counter()
    tasks = [(row, *world) for row in ROWS if is_chosen(options.only, row)
             for world in worlds(row, options.all)]
    # Most of a run is waiting for processes to start and to end.
    with tempfile.TemporaryDirectory() as options.scratch, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for ends, text in pool.map(lambda task: try_row(options, *task),
                                   tasks):
            print(text, flush=True)
            total += ends
    print(f"nth: {sum(total.values())} runs, {total['survived']} survived, "
          f"{total['said']} said why in one line, {total['failed']} failed")
    return 1 if total["failed"] or not total else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main())
