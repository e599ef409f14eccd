// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plugin in the wrong Clang crashes it, somewhere, with a request to report
// the crash to LLVM.  This runs when the plugin is loaded, before any of its
// own registrations, and uses nothing but the C interface, which is stable.
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

__attribute__((constructor(101))) static void checkVersion() {
  using GetVersion = void (*)(unsigned *, unsigned *, unsigned *);
  auto Get =
      reinterpret_cast<GetVersion>(dlsym(RTLD_DEFAULT, "LLVMGetVersion"));
  unsigned Major = 0, Minor = 0, Patch = 0;
  if (Get)
    Get(&Major, &Minor, &Patch);
  if (Major == MILLIPAGE_LLVM_VERSION)
    return;
  std::fprintf(stderr,
               "error: millipage_plugin.so is built for LLVM %d and cannot be "
               "used with LLVM %u; use clang-%d, or build with "
               "-DMILLIPAGE_LLVM_VERSION=%u\n",
               MILLIPAGE_LLVM_VERSION, Major, MILLIPAGE_LLVM_VERSION, Major);
  std::_Exit(1);
}
