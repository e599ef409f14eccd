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

# Whoever reads the JSON looks for these.
NAMES = """
system_call tcp_polling_64 tcp_polling_4096 tcp_epoll_4096 hole_touch
entry_make entry_make_32 entry_touch protect protect_32 unprotect
unprotect_touch zap zap_32 mprotect fault_absent fault_protected
read_fault_64_waiting read_fault_64_computing read_fault_128_waiting
read_fault_128_computing read_fault_1024_waiting read_fault_1024_computing
read_fault_4096_waiting read_fault_4096_computing write_fault_copies_0
write_fault_copies_1 write_fault_copies_3 write_fault_copies_7 upgrade_4096
invalidation_4096 barrier_2 barrier_4 barrier_8 lock_alone lock_handoff_2
lock_contended_2 lock_contended_4 guarded_turns_2 atomic_contended_2
atomic_contended_4 spawn false_sharing_messages region_start omp_barrier objects_walk
objects_read objects_apart mpi_ping_pong_64
mpi_ping_pong_4096 mpi_barrier_2 sequential_read_page
sequential_read_new sequential_read_1024 sequential_read_loop_64
block_read_page sequential_read_down sequential_read_65536 sequential_write_page random_read_page random_read_new turns_512
halves_of_pages stencil_local
stencil_local_fine copy_local allocation_64 first_write_page
local_fault_uffd_10000 local_fault_uffd_1000000
local_fault_mprotect_10000 local_fault_mprotect_1000000
multiview_1x512KiB multiview_32x16MiB multiview_256x4MiB views_32x16MiB
mmap_views_32x16MiB multiview_wide_32x16MiB views_wide_32x16MiB sor_2048_2hosts sor_2hosts is_2hosts water_2hosts
lu_2hosts tsp_2hosts oversubscribed_sor_4hosts
""".split()

# Quick ones, of jobs of three kinds (2 hosts, 4 hosts, OpenMP), one of pairs.
DRIVEN = ["system_call", "barrier_2", "barrier_4", "region_start", "copy_local"]


def fail(text):
    sys.exit(f"FAILED: {text}")


def run(hosts, *arguments):
    """Under millirun; with hosts None without it."""
    millirun, mpgbench = sys.argv[1:]
    job = [millirun, "-n", str(hosts), "--vm", "mprotect"] if hosts else []
    done = subprocess.run([*job, mpgbench, *arguments], capture_output=True,
                          text=True, timeout=100, check=False)
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


def check_drive(path):
    """Alone it starts a job of each kind, and makes one report of them."""
    status, table, errors = run(None, "--json", path, *DRIVEN)
    if status or errors:
        fail(f"without millirun: status {status}: {errors}")
    rows = [line.split()[0] for line in table.splitlines()]
    cases = json.loads(pathlib.Path(path).read_text())["cases"]
    names = [case["name"] for case in cases]
    if rows.count("case") != 1 or sorted(rows[1:]) != sorted(DRIVEN) or \
            sorted(names) != sorted(DRIVEN):
        fail(f"without millirun: {table} {names}")
    for case in cases:
        if not 0 < case["median_us"] <= case["p99_us"] or case["ratio"] <= 0:
            fail(f"figures that cannot be: {case}")


def main():
    status, listing, _ = run(1, "--list")
    listed = {line.split()[0] for line in listing.splitlines()}
    if status or not listed.issuperset(NAMES):
        fail(f"--list: status {status}, {set(NAMES) - listed}")
    with tempfile.TemporaryDirectory() as folder:
        check_report(f"{folder}/cases.json")
        check_drive(f"{folder}/driven.json")
        expect_refusal(f"{folder}/none/x: No such file or directory", 2,
                       "--json", f"{folder}/none/x", CASES[0])
    for hosts in 2, None:
        expect_refusal("mpgbench: there is no case or group 'fast'; see "
                       "--help", hosts, "fast")
        expect_refusal("mpgbench: unknown option '--jsn'; see --help", hosts,
                       "--jsn")
        expect_refusal("mpgbench: --json needs a value; see --help", hosts,
                       "--json")
    expect_refusal("mpgbench: 'barrier_4' needs another number of hosts; "
                   "see --help", 2, "barrier_4")
    expect_refusal("mpgbench: 'region_start' is of another program: start "
                   "mpgbench without millirun; see --help", 2, "region_start")
    expect_refusal("mpgbench: 'local_fault_uffd_10000' needs another --vm; see "
                   "--help", 2, "local_fault_uffd_10000")
    print("mpgbench reports and refuses as it should")


main()
