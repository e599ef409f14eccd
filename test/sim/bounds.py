#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The protocol's costs do not grow with the number of hosts.

    bounds.py MPGSIM

Bounds are counts.  A read fault takes at most four messages (request, supply,
copy, done) however many hosts there are; a write fault at most four, and two
for each reader whose copy must go; a lock three; a barrier two a host.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HOSTS = (2, 8, 72, 4096)
ROUNDING = 1.01  # of an average over seeds that differ in who is first
READERS = 5
checks = 0


def simulate(mpgsim, hosts, workload, *more):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "figures.json"
        subprocess.run([mpgsim, "--hosts", str(hosts), "--workload", workload,
                        "--json", str(path), *more], check=True,
                       stdout=subprocess.DEVNULL)
        return json.loads(path.read_text())


def check(figures, name, most):
    global checks
    checks += 1
    got = figures[name] or 0
    if got > most:
        sys.exit(f"{figures['workload']} on {figures['hosts']} hosts: {name} "
                 f"is {got}, more than {most}")


def at_every_size(mpgsim, workload, bounds, *more):
    for hosts in HOSTS:
        figures = simulate(mpgsim, hosts, workload, *more)
        check(figures, "messages_per_barrier", 2)
        for name, most in bounds.items():
            check(figures, name, most)


def spread(mpgsim):
    """No growth from 2 hosts to 4,096, and no host that carries much."""
    few = simulate(mpgsim, 2, "spread", "--seeds", "16")
    for hosts in HOSTS[1:]:
        figures = simulate(mpgsim, hosts, "spread")
        for name in ("messages_per_read_fault", "messages_per_write_fault",
                     "messages_per_lock"):
            check(figures, name, few[name] * ROUNDING)
        check(figures, "busiest_over_mean", 2)
        check(figures, "bytes_per_host", few["bytes_per_host"] * 1.5)
        print(f"spread on {hosts} hosts:",
              *(f"{name} {figures[name]}" for name in (
                  "messages_per_read_fault", "messages_per_write_fault",
                  "busiest_over_mean", "bytes_per_host")))


def main():
    mpgsim = sys.argv[1]
    spread(mpgsim)
    at_every_size(mpgsim, "random", {"messages_per_read_fault": 4,
                                     "busiest_over_mean": 2},
                  "--phases", "2")
    at_every_size(mpgsim, "migratory", {"messages_per_read_fault": 4,
                                        "messages_per_write_fault": 5,
                                        "messages_per_lock": 3,
                                        "busiest_over_mean": 2})
    at_every_size(mpgsim, "producer", {"messages_per_read_fault": 4,
                                       "messages_per_write_fault": 2 * READERS,
                                       "busiest_over_mean": 2},
                  "--readers", str(READERS), "--phases", "2",
                  "--minipages", "4")
    at_every_size(mpgsim, "hotspot", {"messages_per_read_fault": 4,
                                      "messages_per_write_fault": 5,
                                      "messages_per_lock": 3})
    # Copy sets that find no block are coarse, and right all the same.
    for hosts, sharers in (72, "0"), (72, "2"), (512, "8"):
        simulate(mpgsim, hosts, "random", "--sharers", sharers)
    simulate(mpgsim, 4096, "random", "--sharers", "1", "--phases", "1")
    print(f"{checks} bounds on {', '.join(map(str, HOSTS))} hosts")


if __name__ == "__main__":
    main()
