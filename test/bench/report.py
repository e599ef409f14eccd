#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What mpgbench prints, writes and refuses.

    report.py MILLIRUN MPGBENCH
"""

import json
import pathlib
import subprocess
import sys
import tempfile

CASES = ["barrier_2", "lock_handoff_2", "false_sharing_messages"]


def fail(text):
    sys.exit(f"FAILED: {text}")


def run(hosts, *arguments):
    millirun, mpgbench = sys.argv[1:]
    done = subprocess.run([millirun, "-n", str(hosts), mpgbench, *arguments],
                          capture_output=True, text=True, timeout=100,
                          check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def expect_refusal(line, hosts, *arguments):
    status, _, errors = run(hosts, *arguments)
    if status == 0 or errors.splitlines() != [line]:
        fail(f"{arguments} on {hosts}: status {status}, {errors!r}")


def check_report(path):
    status, table, errors = run(2, "--json", path, *CASES)
    if status or errors:
        fail(f"status {status}: {errors}")
    rows = [line.split() for line in table.splitlines()[1:]]
    cases = json.loads(pathlib.Path(path).read_text())["cases"]
    if [row[0] for row in rows] != CASES or \
            [case["name"] for case in cases] != CASES:
        fail(f"other cases than asked for: {table}")
    for row, case in zip(rows, cases):
        if abs(float(row[1]) - case["median_us"]) > 0.01:
            fail(f"table and file differ: {row}, {case}")
        if case["p99_us"] < case["median_us"]:
            fail(f"the p99 is below the median: {case}")
    for case in cases[:2]:
        ratio = case["median_us"] / case["yardstick_us"]
        if abs(case["ratio"] / ratio - 1) > 0.01:
            fail(f"not the ratio of the medians: {case}")
    if cases[2]["ratio"] != 0:
        fail(f"neighbours cost messages: {cases[2]}")


def main():
    status, listing, _ = run(1, "--list")
    if status or not all(case in listing for case in CASES):
        fail(f"--list: {listing}")
    with tempfile.TemporaryDirectory() as folder:
        check_report(f"{folder}/cases.json")
        expect_refusal(f"{folder}/none/x: No such file or directory", 2,
                       "--json", f"{folder}/none/x", CASES[0])
    expect_refusal("mpgbench: there is no case 'fast'; see --help", 2, "fast")
    expect_refusal("mpgbench: 'barrier_4' needs another number of hosts; "
                   "see --help", 2, "barrier_4")
    expect_refusal("mpgbench: unknown option '--jsn'; see --help", 2, "--jsn")
    expect_refusal("mpgbench: alone there is nothing to measure: at least 2 "
                   "hosts are needed, start it with millirun; see --help", 1)
    print("mpgbench reports and refuses as it should")


main()
