#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Strangers at the ports of a job: a scan, garbage, callers that say nothing or
half of it, one that knows the protocol but not the secret, and, for root, who
can listen in, a word-for-word replay.  Each is refused and said once; the job
goes on and its result is right.

    strangers.py MILLIRUN STEADY
"""

import contextlib
import os
import pathlib
import re
import socket
import struct
import sys

import job

HOSTS = 4
MAGIC = b"MPG-net2"
HELLO_BYTES, PROOF_BYTES, ANSWER_BYTES = 64, 32, 64
SILENT = 200  # more than a host keeps in mind
REASONS = [
    "it closed the connection during the handshake",
    "it does not speak our protocol",
    "it runs another program, library or options",
    "it means another host or job",
    "it does not know the job's secret",
    "it did not say in time who it is",
]


def listeners(pid):
    """(address, port) of each socket at which the process listens."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(link)))
    found = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").open():
            words = line.split()
            if words[3] == "0A" and words[9] in inodes:
                address, port = words[1].split(":")
                found.append((address, int(port, 16)))
    return found


class Eavesdropper:
    """What goes over the loopback interface; nothing without privileges."""

    def __init__(self):
        self.calls = []
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(0x0800))
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                   64 << 20)
            self.socket.bind(("lo", 0))
            self.socket.setblocking(False)
        except PermissionError:
            self.socket = None

    def handshakes(self):
        """{port called: (HELLO, PROOF)}."""
        said = {}
        while self.socket:
            try:
                packet = self.socket.recv(65536)
            except BlockingIOError:
                break
            ip = packet[14:]
            tcp = ip[(ip[0] & 15) * 4:]
            length = struct.unpack(">H", ip[2:4])[0]
            body = ip[:length][(ip[0] & 15) * 4 + (tcp[12] >> 4) * 4:]
            ends = tcp[:4]
            if body.startswith(MAGIC) and len(body) == HELLO_BYTES:
                said[ends] = [body]
            elif ends in said and len(body) == PROOF_BYTES:
                said[ends].append(body)
        return {struct.unpack(">H", ends[2:])[0]: words[:2]
                for ends, words in said.items() if len(words) > 1}


def call(port, *parts):
    """Says the parts; whether the other end then closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as caller:
        try:
            for part in parts:
                caller.sendall(part)
                if len(part) == HELLO_BYTES:
                    got = caller.recv(ANSWER_BYTES, socket.MSG_WAITALL)
                    if len(got) < ANSWER_BYTES:
                        return True
            return caller.recv(1) == b""
        except (ConnectionResetError, BrokenPipeError):
            return True
        except TimeoutError:
            return False


def hello(sender, target, build):
    return (MAGIC + struct.pack("<II", sender, target) + build +
            os.urandom(32))


def refused(what, port, *parts):
    if not call(port, *parts):
        job.fail(f"{what} is not refused")


def visit(number, port, recorded):
    """Everything that a stranger may try at one host."""
    for _ in range(3):
        socket.create_connection(("127.0.0.1", port)).close()
        refused("garbage", port, os.urandom(1000))
    half = socket.create_connection(("127.0.0.1", port))
    half.sendall(MAGIC)
    half.close()
    other = (number + 1) % HOSTS
    refused("another build", port, hello(other, number, bytes(16)))
    refused("a wrong number", port, hello(HOSTS, number, bytes(16)))
    if recorded:
        build = recorded[0][16:32]
        refused("a replay", port, *recorded)
        refused("another secret", port, hello(other, number, build),
                os.urandom(PROOF_BYTES))
    return [socket.create_connection(("127.0.0.1", port))
            for _ in range(SILENT)]


def judge(status, errors, has_recorded):
    if status:
        job.fail(f"the job ended with status {status}: {errors}")
    said = set()
    for line in errors:
        match = re.fullmatch(r"millipage: host (\d): refused a connection "
                             r"from 127\.0\.0\.1: (.*)", line)
        if not match or match.group(2) not in REASONS:
            job.fail(f"an odd line: {line}")
        if match.groups() in said:
            job.fail(f"said more than once: {line}")
        said.add(match.groups())
    due = HOSTS * (len(REASONS) - (0 if has_recorded else 1))
    if len(said) != due:
        job.fail(f"{len(said)} refusals were said, not {due}: {sorted(said)}")


def main():
    millirun, steady = sys.argv[1:]
    ear = Eavesdropper()
    run = job.Job(millirun, "-n", HOSTS, steady)
    run.expect("ready")
    recorded = ear.handshakes()
    silent = []
    ports = {}
    for number, pid in run.hosts().items():
        ports[number] = listeners(pid)
        if len(ports[number]) != 1 or ports[number][0][0] != "0100007F":
            job.fail(f"host {number} listens at {ports[number]}, "
                     "not at one port of 127.0.0.1")
    # Another job on this machine may have been overheard as well.
    ours = {port for [(_, port)] in ports.values()}
    recorded = {port: words for port, words in recorded.items()
                if port in ours}
    for number, [(_, port)] in sorted(ports.items()):
        words = recorded.get(port)
        if not words and recorded:
            words = [hello((number + 1) % HOSTS, number,
                           next(iter(recorded.values()))[0][16:32]),
                     os.urandom(PROOF_BYTES)]
        silent += visit(number, port, words)
    status, _, errors, _ = run.end()
    judge(status, errors, bool(recorded))
    for caller in silent:
        caller.close()
    print(f"{HOSTS} hosts visited, {len(recorded)} handshakes replayed, "
          f"{len(errors)} lines said")


main()
