// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Layout.h"

namespace millipage {

// Far above any memory, far below overflow of unit + 1 times anything here.
static constexpr uint64_t GranuleMax = uint64_t(1) << 48;

// The largest sub-object that divides the granule keeps as many subscripts as
// possible out of the address arithmetic: a granule of whole rows depends on
// the row index alone.
static uint64_t unitOfBytes(uint64_t Count, const Shape &S) {
  for (uint64_t Part : S.Parts)
    if (Count % Part == 0)
      return Part;
  return 0;
}

LayoutError layOut(unsigned Grain, uint64_t Count, const Shape &S,
                   Layout &Out) {
  Out = Layout();
  Out.Element = S.Parts.front() ? S.Parts.front() : 1;
  if (Grain != MPG_GRAIN_ELEMENT && Grain != MPG_GRAIN_BYTES)
    return LayoutError::None;

  if (Count == 0)
    return LayoutError::Zero;
  if (S.Parts.back() == 0 || S.Parts.front() == 0)
    return LayoutError::UnknownElement;
  if (Grain == MPG_GRAIN_ELEMENT) {
    Out.Unit = S.Parts.front();
    if (Count > GranuleMax || Out.Unit > GranuleMax / Count)
      return LayoutError::TooLarge;
    Out.Granule = Out.Unit * Count;
  } else {
    if (Count > GranuleMax)
      return LayoutError::TooLarge;
    Out.Unit = unitOfBytes(Count, S);
    if (Out.Unit == 0)
      return LayoutError::NotMultiple;
    Out.Granule = Count;
  }
  // Whole pages need one view only, and one minipage has no neighbours.
  Out.IsContiguous = !S.IsArray || Out.Granule % PageBytes == 0 ||
                     (S.Size != 0 && S.Size <= Out.Granule);
  return LayoutError::None;
}

} // namespace millipage
