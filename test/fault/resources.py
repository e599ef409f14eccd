#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Resources that are not there: a clear line, or a way without them.

    resources.py --millirun M --folder DIR [--millicc MILLICC] [--only WORD]

DIR has the programs tour, full and refuse.  A limit is tried at each of
several values, from one that allows nothing to one that is enough: each run
must either be right and silent, or end with one line that names what is
missing; the last must be right.
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile

import jobs

# A user that runs nothing else; as root, limits of processes do not count.
SOMEBODY = 54321


class Failed(Exception):
    """It ended in another way."""


class Skipped(Exception):
    """It cannot be tried here."""


class Lab:
    def __init__(self, options, scratch):
        self.millirun = options.millirun
        self.millicc = options.millicc
        self.folder = pathlib.Path(options.folder)
        self.scratch = pathlib.Path(scratch)

    def run(self, *words, limit=None, before=(), **variables):
        """Answers status, output and lines of errors of one job."""
        return self.execute([*before, self.millirun, *words], limit,
                            **variables)

    def execute(self, command, limit, **variables):
        if limit:
            command = ["sh", "-c", f'{limit}; exec "$@"', "sh", *command]
        with jobs.Job(command, jobs.environment(**variables),
                      cwd=self.scratch) as job:
            if not job.ends(jobs.HANG_S):
                raise Failed(f"{command} hangs\n{job.what_runs()}"
                             f"{job.last_words()}")
            return job.status(), job.output(), job.errors()

    def program(self, name):
        return self.folder / name

    def right(self, words, **more):
        """It must be right; answers the errors, which may have --info."""
        status, output, errors = self.run(*words, **more)
        if status or ": right\n" not in output:
            raise Failed(f"{more} {words}: status {status}, {output}{errors}")
        return errors

    def refused(self, words, pattern, **more):
        """It must end with that line and no other."""
        status, _, errors = self.run(*words, **more)
        if (not 0 < status < 128 or len(errors) != 1 or
                not re.search(pattern, errors[0])):
            raise Failed(f"{more} {words}: status {status}, not one line with "
                         f"'{pattern}': {errors}")

    def sweep(self, words, limits, pattern, **more):
        """Right, or refused; the last is right.  Answers how many were."""
        right = 0
        for limit in limits:
            status, output, errors = self.run(*words, limit=limit, **more)
            is_right = status == 0 and ": right\n" in output and not errors
            is_said = (0 < status < 128 and len(errors) == 1 and
                       re.search(pattern, errors[0]))
            if not is_right and (not is_said or limit == limits[-1]):
                raise Failed(f"{limit} {words}: status {status}, "
                             f"{output}{errors}")
            right += bool(is_right)
        return right


def object_full_heap(lab):
    """mpg_malloc answers NULL and ENOMEM."""
    for hosts in "1", "2":
        for backend in "uffd", "mprotect":
            for kind in "singles", "arrays":
                lab.right(["-n", hosts, "--memory=4M",
                           lab.program("full"), kind], MILLIPAGE_VM=backend)


STATIC = """
#include <millipage.h>
#pragma millipage shared granularity(page)
char large[8 << 20];
int main(void) { large[0] = 1; return 0; }
"""


def object_full_static(lab):
    """The variable is named that has no room."""
    if not lab.millicc:
        raise Skipped("built without the plugin")
    (lab.scratch / "static.c").write_text(STATIC)
    if os.spawnl(os.P_WAIT, lab.millicc, lab.millicc, "-o",
                 str(lab.scratch / "static"), str(lab.scratch / "static.c")):
        raise Failed("it does not compile")
    lab.refused(["-n", "2", "--memory=4M", lab.scratch / "static"],
                r"host \d: .*large.*MILLIPAGE_MEMORY")


def file_size(lab):
    """ulimit -f: less than the object's size."""
    lab.refused(["-n", "2", lab.program("tour")],
                "cannot give the memory object .*File too large .ulimit -f.; "
                "MILLIPAGE_MEMORY", limit="ulimit -f 1000")


def descriptors(lab):
    """ulimit -n, for hosts and millirun alike."""
    for hosts, most in ("2", 40), ("4", 58):
        lab.sweep(["-n", hosts, lab.program("tour")],
                  [f"ulimit -n {files}" for files in range(10, most, 3)],
                  "Too many open files|ulimit -n")


def descriptors_watched(lab):
    """poll takes no more entries than a process may have descriptors."""
    for files in 78, 80, 82:
        status, _, errors = lab.run("-n", "20", "true",
                                    limit=f"ulimit -n {files}")
        if status and (len(errors) != 1 or "ulimit -n" not in errors[0]):
            raise Failed(f"{files}: status {status}, {errors}")


def addresses(lab):
    """ulimit -v; less memory takes less of them."""
    tour = lab.program("tour")
    lab.refused(["-n", "2", tour], "cannot reserve .*ulimit -v.*"
                "MILLIPAGE_MEMORY", limit="ulimit -v 30000000")
    lab.right(["-n", "2", "--memory=4M", tour], limit="ulimit -v 30000000")


def stack(lab):
    """ulimit -s, down to what the kernel grants at least, and unlimited."""
    lab.sweep(["-n", "2", lab.program("tour")],
              [f"ulimit -s {size}" for size in (64, 256, "unlimited")], "none")


def stack_alone(lab):
    """Without millirun nobody has given an unlimited stack a limit."""
    status, _, errors = lab.execute(["setarch", "-R", lab.program("tour")],
                                    "ulimit -s unlimited")
    if status == 0:
        return  # this kernel has room there
    if len(errors) != 1 or "ulimit -s unlimited" not in errors[0]:
        raise Failed(f"status {status}, {errors}")


def processes(lab):
    """ulimit -u: agents, hosts, their server threads."""
    if os.getuid() != 0:
        raise Skipped("it takes root, to be a user who runs nothing else")
    copies = lab.scratch / "copies"
    copies.mkdir()
    library = lab.folder.parent.parent / "lib" / "libmillipage.so"
    for file in lab.millirun, lab.program("tour"), library:
        copy = copies / pathlib.Path(file).name
        copy.write_bytes(pathlib.Path(file).read_bytes())
        copy.chmod(0o755)
    copies.chmod(0o755)
    lab.scratch.chmod(0o755)
    as_somebody = ("setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}",
                   "--clear-groups")
    lab = Lab(argparse.Namespace(millirun=copies / "millirun", millicc=None,
                                 folder=copies), lab.scratch)
    lab.sweep(["-n", "3", copies / "tour"],
              # Not every shell's ulimit knows processes.
              [f'set -- prlimit --nproc={count} "$@"'
               for count in range(1, 16)], "Resource temporarily unavailable", before=as_somebody,
              LD_LIBRARY_PATH=copies)


def no_userfaultfd(lab):
    """The other backend, and the reason under --info."""
    refuse = [lab.program("refuse"), "userfaultfd", "1", lab.program("tour")]
    errors = lab.right(["-n", "2", "--info", *refuse])
    if len(errors) != 1 or ("backend mprotect, because userfaultfd is "
                            "refused: Operation not permitted"
                            not in errors[0]):
        raise Failed(f"--info says {errors}")
    lab.refused(["-n", "2", "--vm=uffd", *refuse],
                "MILLIPAGE_VM=uffd cannot be used here: userfaultfd is "
                "refused: Operation not permitted; MILLIPAGE_VM=mprotect can")


def refused_calls(lab):
    """What sandboxes refuse, of the hosts alone."""
    for call, pattern in (
            ("memfd_create", "memory object .memfd_create.: Operation not"),
            ("sigaction", "cannot install a handler for signal 7: Operation"),
            ("madvise", "madvise.: Operation not permitted")):
        lab.refused(["-n", "2", lab.program("refuse"), call, "1",
                     lab.program("tour")], pattern)
    lab.right(["-n", "2", lab.program("refuse"), "sched_setattr", "1",
               lab.program("tour")])


def no_randomisation(lab):
    """Sandboxes that refuse personality: of hosts at different addresses one
    says so.  It may happen that they are at the same."""
    status, _, errors = lab.run(
        "-n", "2", lab.program("tour"),
        before=(lab.program("refuse"), "personality", "1"))
    if status and (len(errors) != 1 or
                   "address space randomisation" not in errors[0]):
        raise Failed(f"status {status}, {errors}")


CASES = [object_full_heap, object_full_static, file_size, descriptors,
         descriptors_watched, addresses, stack, stack_alone, processes,
         no_userfaultfd, refused_calls, no_randomisation]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millirun", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--millicc")
    parser.add_argument("--only", default="", help="cases with that word")
    options = parser.parse_args()
    failures = done = 0
    for case in CASES:
        if options.only not in case.__name__:
            continue
        done += 1
        with tempfile.TemporaryDirectory() as scratch:
            try:
                case(Lab(options, scratch))
            except Skipped as skipped:
                print(f"skipped: {case.__name__}: {skipped}", flush=True)
                continue
            except Failed as failed:
                failures += 1
                print(f"FAILED: {case.__name__}: {failed}", flush=True)
                continue
        print(f"ok: {case.__name__}: {case.__doc__.splitlines()[0]}",
              flush=True)
    print(f"{done} resources, {failures} failed")
    return 1 if failures or not done else 0


if __name__ == "__main__":
    sys.exit(main())
