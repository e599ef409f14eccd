// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the shape of an object and a granularity clause to what the runtime
// and the generated code must know.  Pure arithmetic: no LLVM at all.
#ifndef MILLIPAGE_PLUGIN_LAYOUT_H
#define MILLIPAGE_PLUGIN_LAYOUT_H

#include "millipage/abi.h"
#include <cstdint>
#include <vector>

namespace millipage {

/// Minipages that are multiples of this stay contiguous in every view.
inline constexpr uint64_t PageBytes = 4096;

/// What the layout needs to know of a type.
struct Shape {
  /// Sizes from the outermost element down to the innermost: for
  /// `double g[4][5][6]` 240, 48, 8.  One size when the object is no array.
  /// A size of 0 is one that is not known (void, incomplete, variable length).
  std::vector<uint64_t> Parts;
  /// The whole object; 0 when unknown (`extern double g[];`, allocations).
  uint64_t Size = 0;
  /// Whether there can be more than one outermost element.
  bool IsArray = false;
};

struct Layout {
  uint64_t Unit = 1;    ///< Bytes that are never split.
  uint64_t Element = 1; ///< Bytes of the outermost element.
  uint64_t Granule = 0; ///< Bytes of a minipage; 0 when pages or the whole.
  bool IsContiguous = true;
};

enum class LayoutError {
  None,
  Zero,           ///< A count of 0.
  NotMultiple,    ///< The count would split the innermost element.
  UnknownElement, ///< Elements of a size that is not known here.
  TooLarge,       ///< unit * count does not fit.
};

LayoutError layOut(unsigned Grain, uint64_t Count, const Shape &S, Layout &Out);

} // namespace millipage

#endif
