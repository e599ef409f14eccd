# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# %clang      the compiler with the plugin, as a user has it
# %plain      the same compiler without
# %verify     checks the diagnostics that a file announces in its comments
# %run_levels %s %t FLAGS   compiles and runs at every level, against the
#             stand-in runtime; prints what the program prints, once, if all
#             levels agree
# %standin    the stand-in runtime, compiled
import os
import shutil
import subprocess
import sys

import lit.formats

config.name = "plugin"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)

inputs = os.path.join(config.test_source_root, "Inputs")
clang = os.path.join(config.llvm_bin, "clang")
plugin = config.millipage_plugin

standin = os.path.join(config.test_exec_root, "standin.o")
subprocess.check_call(
    [clang, "-O1", "-g", "-c", os.path.join(inputs, "standin.c"), "-o",
     standin, "-I", config.millipage_include])

config.environment["CLANG"] = f"{clang} -fplugin={plugin}"
config.environment["STANDIN"] = standin
config.environment["PATH"] = os.pathsep.join(
    [config.llvm_bin, config.environment["PATH"]])

# Longer names first: lit replaces one after the other.
config.substitutions += [
    ("%run_levels", os.path.join(inputs, "run_levels.sh")),
    ("%verify", f"{clang} -fplugin={plugin} -fsyntax-only -Xclang -verify"),
    ("%standin", standin),
    ("%python", sys.executable),
    ("%plugin", plugin),
    ("%inputs", inputs),
    ("%include", config.millipage_include),
    ("%plain", clang),
    ("%clang", f"{clang} -fplugin={plugin}"),
    ("%ir", f"{clang} -fplugin={plugin} -S -emit-llvm -o -"),
]

for tool in ("gdb", "gcc"):
    if shutil.which(tool):
        config.available_features.add(tool)

if config.llvm_version < 20:
    config.available_features.add("no-masked-taskloop")

for version in (16, 17, 18, 19, 20, 21, 22):
    other = shutil.which(f"clang-{version}")
    if other and version != config.llvm_version:
        config.available_features.add("other-clang")
        config.substitutions.append(("%other_clang", other))
        break
