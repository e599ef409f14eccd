#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Who may include whom, and how long a file may be.

    tools/tidy.py [SOURCE_DIR]

Prints one line for each offence and ends with status 1 if there was one.
"""

import pathlib
import re
import sys

LINES_MAX = 600

# folder: the folders of ours that it may include, beside itself.  The public
# contracts of include/ are of the layer that each name says.
LAYERS = {
    "runtime/base": {"include/millipage"},
    "runtime/proto": set(),
    "runtime/vm": {"runtime/base"},
    "runtime/net": {"runtime/base", "runtime/proto"},  # see WIRE
    "runtime/boot": {"runtime/base", "include/millipage"},
    "runtime/engine": {"runtime/base", "runtime/proto", "runtime/vm",
                       "runtime/net", "runtime/boot", "include",
                       "include/millipage"},
    "runtime/api": {"runtime/base", "runtime/engine", "include",
                    "include/millipage"},
    "plugin": {"include/millipage"},
    "tools": {"include", "include/millipage", "runtime/base"},
    "examples": {"include", "include/millipage"},
    "bench": {"include", "include/millipage", "examples"},
    "test/e2e": {"test", "include", "include/millipage"},
}

# What the pure core may have of the C library.
PURE = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}
# Of another layer, only its contract: never a backend's own header.
CONTRACTS = {"runtime/vm": {"vm.h"}, "runtime/net": {"net.h"},
             "runtime/boot": {"boot.h"},
             "runtime/proto": {"proto.h", "message.h", "hostset.h"}}

# The head of a message is what net carries; it knows nothing else of proto.
WIRE = {"runtime/proto/message.h"}

SOURCES = {".c", ".h", ".cpp", ".def", ".py", ".sh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def resolve(root, source, name):
    """The file of ours that an include names, or None."""
    for base in (source.parent, root / "runtime", root / "include",
                 root / "test", root / "examples", root):
        candidate = (base / name).resolve()
        if candidate.is_file() and candidate.is_relative_to(root):
            return candidate.relative_to(root)
    return None


def layer_of(folder):
    """The row of LAYERS for a folder: its own, or that of a folder above."""
    while folder and folder not in LAYERS:
        folder = folder.rpartition("/")[0]
    return folder or None


def offences_of(root, source):
    path = source.relative_to(root)
    folder = str(path.parent)
    text = source.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{path}: {lines} lines, at most {LINES_MAX}: split it"
    if "SPDX-License-Identifier" not in text[:400]:
        yield f"{path}: no SPDX line at its top"
    layer = layer_of(folder)
    if layer is None:
        return
    for match in INCLUDE.finditer(text):
        name = match.group(2)
        line = text.count("\n", 0, match.start()) + 1
        target = resolve(root, source, name)
        if target is None:
            if layer == "runtime/proto" and name not in PURE:
                yield f"{path}:{line}: the pure core includes <{name}>"
            continue
        to = str(target.parent)
        if (to + "/").startswith(layer + "/"):
            continue
        is_wire = str(target) in WIRE or layer != "runtime/net"
        if to not in LAYERS[layer] or (to == "runtime/proto" and not is_wire):
            yield f"{path}:{line}: {layer} may not include {target}"
        elif to in CONTRACTS and target.name not in CONTRACTS[to]:
            yield f"{path}:{line}: {target} is not the contract of {to}"


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here
    count = 0
    offences = []
    for top in ("runtime", "plugin", "include", "test", "tools", "examples",
                "bench", "scripts"):
        for source in sorted((root / top).rglob("*")):
            if source.suffix in SOURCES and source.is_file():
                count += 1
                offences += offences_of(root, source)
    for offence in offences:
        print(offence)
    print(f"tidy: {count} files, {len(offences)} offences")
    return 1 if offences or not count else 0


if __name__ == "__main__":
    sys.exit(main())
