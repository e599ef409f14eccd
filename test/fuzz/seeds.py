#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the fuzzers begin: handshakes and messages as hosts send them.

    seeds.py FOLDER    writes FOLDER/handshake/* and FOLDER/peer/*

The layouts are those of runtime/net/handshake.h and runtime/proto/message.h,
and of the first bytes that each fuzzer reads for itself.
"""

import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def message_kinds():
    """{name: number}, from the table of messages."""
    text = (ROOT / "runtime/proto/message.h").read_text()
    table = text[text.index("#define MPG_MESSAGES"):text.index("enum mpg__message_kind")]
    names = re.findall(r"\bM\((\w+), \w+\)", table)
    return {name: number for number, name in enumerate(names, 1)}


def handshakes():
    """For each end, as a stranger and as an insider whose MACs are right."""
    magic = re.search(r'#define MAGIC "(.*)"',
                      (ROOT / "runtime/net/handshake.c").read_text()).group(1)
    hello = (magic.encode() + struct.pack("<II", 2, 1) +
             b"a build".ljust(16, b"\0") + bytes(32))
    answer, proof, verdict = bytes(64), bytes(32), bytes(36)
    for insider in (0, 2):
        yield f"listens-{insider}", bytes([insider]) + hello + proof
        yield (f"calls-{insider}",
               bytes([1 | insider]) + answer + b"\1" + verdict[1:])
    yield "crossed", bytes([3]) + answer + verdict


def head(kind, flags=0, sender=1, size=0, region=0, slot=0, requester=1,
         need=0, epoch=0, arg=0):
    return struct.pack("<BBHIIIHHIQ", kind, flags, sender, size, region, slot,
                       requester, need, epoch, arg)


def peers(slot_bytes=64):
    """One of each kind of message, and some that belong together, after some
    things that the host itself has begun (see fuzz_peer.c)."""
    kinds = message_kinds()
    for name, kind in kinds.items():
        for slot in (0, 1, 2):
            yield f"{name.lower()}-{slot}", b"\0" + head(kind, slot=slot)
    layout = struct.pack("<QQIIBBHI", 1 << 16, 64, 8, 64, 0, 1, 1, 0)
    for name in ("REGION_REQUEST", "REGION_NEW", "REGION_READY"):
        yield (f"{name.lower()}-layout",
               b"\0" + head(kinds[name], size=len(layout), region=2) + layout)
    wants = bytes([3, 0x01, 0x12, 0x22])
    data = bytes(range(slot_bytes))
    for name in ("COPY", "TAKE"):
        answers = b"".join(
            head(kinds[name], size=slot_bytes, slot=slot, requester=0,
                 need=1) + data for slot in (1, 2))
        yield f"{name.lower()}-answers", wants + answers
        # A fault in the composed view; all of the page comes, the last minipage
        # last, and one of it is wanted.
        write = 0x10 if name == "TAKE" else 0
        wants_all = bytes([0x86, 0x28, 0x70] +
                          [write | slot for slot in range(4)])
        answers = b"".join(
            head(kinds[name], sender=0, size=slot_bytes, slot=slot,
                 need=1) + data for slot in (0, 2, 3))
        for wanted in ("READ_REQUEST", "WRITE_REQUEST"):
            yield (f"{name.lower()}-composed-{wanted.lower()}",
                   wants_all + answers +
                   head(kinds[wanted], sender=0, slot=1, requester=0))
    yield ("serve", b"\0" + head(kinds["WRITE_REQUEST"]) +
           head(kinds["READ_REQUEST"]) + head(kinds["PUSH_REQUEST"]) +
           head(kinds["DONE"]))
    yield ("lock", bytes([1, 0x30]) + head(kinds["LOCK_REQUEST"]) +
           head(kinds["LOCK_NEXT"]) + head(kinds["LOCK_TOKEN"]))
    yield ("barrier", bytes([1, 0x50]) + head(kinds["BARRIER_ARRIVE"]) +
           head(kinds["BARRIER_RELEASE"]))


def main():
    folder = pathlib.Path(sys.argv[1])
    count = 0
    for name, seeds in (("handshake", handshakes()), ("peer", peers())):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for seed, text in seeds:
            (folder / name / seed).write_bytes(text)
            count += 1
    print(f"{count} seeds")


main()
