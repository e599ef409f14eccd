# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# %same SOURCE   the program prints under millirun what it prints under
#                gcc -fopenmp, or what SOURCE says, at 1, 2 and 4 hosts, 1 and 2
#                threads, -O0 and -O2
import os

import lit.formats

config.name = "omp"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c"]
config.excludes = ["hostile", "constructs"]
config.test_source_root = os.path.dirname(__file__)
config.environment["BIN"] = config.millipage_bin
config.environment["MILLIPAGE_VM"] = config.millipage_vm
config.substitutions += [
    ("%same", f"{config.test_source_root}/same.sh %t"),
]
