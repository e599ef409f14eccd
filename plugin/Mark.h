// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mark is what the syntax half of the plugin tells the IR half about one
// shared variable, or about the allocations of one pointer.  It is plain text
// that travels inside the IR itself (as the section of a global variable, or
// as a string argument of a marker call), so that the IR half needs nothing
// else: not the syntax tree, not plugin options, not the same process.  That
// is what makes -save-temps, PCH, -x ir and llvm-link work.
//
// Both halves include this file; it knows neither Clang's syntax tree nor IR.
#ifndef MILLIPAGE_PLUGIN_MARK_H
#define MILLIPAGE_PLUGIN_MARK_H

#include "millipage/abi.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace millipage {

struct Mark {
  unsigned Flags = 0; // MPG_VAR_CONTIGUOUS, _HEAP, _INTERNAL, _IMPLICIT
  unsigned Grain = MPG_GRAIN_DEFAULT;
  uint64_t Count = 0;
  uint64_t Unit = 1;
  uint64_t Element = 1;
  std::string Parts = "0"; // mpg_abi_var
  unsigned Line = 0;
  unsigned Column = 0;
  std::string Name;
  std::string File;

  bool isContiguous() const { return Flags & MPG_VAR_CONTIGUOUS; }
  bool isHeap() const { return Flags & MPG_VAR_HEAP; }
  bool isImplicit() const { return Flags & MPG_VAR_IMPLICIT; }
  /// Equal answers here mean equal addresses for equal indices.
  bool sameGeometry(const Mark &Other) const {
    return isContiguous() == Other.isContiguous() &&
           (isContiguous() || (Grain == Other.Grain && Count == Other.Count &&
                               Unit == Other.Unit));
  }

  std::string encode() const;
  /// Nothing when Text is some other section or string.
  static std::optional<Mark> decode(llvm::StringRef Text);
};

/// The names by which the two halves know each other.
namespace names {
/// `void *marker(void *pointer, const char *mark)`: the value of an annotated
/// pointer whose allocations are not contiguous.
inline constexpr char HeapPointer[] = "__millipage_pointer";
/// `void *marker(const char *mark, <arguments of the C function>)`.
inline constexpr char HeapMalloc[] = "__millipage_malloc";
inline constexpr char HeapCalloc[] = "__millipage_calloc";
inline constexpr char HeapRealloc[] = "__millipage_realloc";
inline constexpr char HeapAlignedAlloc[] = "__millipage_aligned_alloc";
/// `void *marker(void *pointer)`: a pointer to the end of a unit.
inline constexpr char EndPointer[] = "__millipage_end";
/// Referenced by every unit that shares anything until the IR half has run:
/// without it the link fails by this name instead of silently not sharing.
inline constexpr char Guard[] = "__millipage_guard";
inline constexpr char GuardTarget[] = "__millipage_ir_pass_did_not_run";
/// A variable whose initialiser is the address of a shared variable that was
/// already emitted when its pragma came; its section is the mark.
inline constexpr char Late[] = "__millipage_late";
/// The section of a late mark that takes an implicit mark back.
inline constexpr char NotShared[] = "millipage.private";
/// What such a unit calls, once that has run.
inline constexpr char Register[] = "mpg__register";
} // namespace names

} // namespace millipage

#endif
