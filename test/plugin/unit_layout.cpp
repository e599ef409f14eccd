// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layout without a compiler: shapes and clauses in, geometry out.
#include "Layout.h"
#include <cstdio>

using namespace millipage;

static int failures, checks;

struct Expect {
  LayoutError Error;
  uint64_t Unit, Granule;
  bool IsContiguous;
};

static void check(const char *What, unsigned Grain, uint64_t Count, Shape S,
                  Expect E) {
  Layout L;
  LayoutError Error = layOut(Grain, Count, S, L);
  bool IsGood = Error == E.Error;
  if (IsGood && Error == LayoutError::None)
    IsGood = L.Unit == E.Unit && L.Granule == E.Granule &&
             L.IsContiguous == E.IsContiguous;
  ++checks;
  if (IsGood)
    return;
  ++failures;
  std::printf("%s: error %d unit %llu granule %llu contiguous %d\n", What,
              int(Error), (unsigned long long)L.Unit,
              (unsigned long long)L.Granule, L.IsContiguous);
}

int main() {
  const LayoutError Good = LayoutError::None;
  const Shape Cube{{240, 48, 8}, 240 * 7, true};  // double [7][5][6]
  const Shape Unsized{{240, 48, 8}, 0, true};     // double [][5][6]
  const Shape Scalar{{8}, 8, false};
  const Shape Void{{0}, 0, true};
  const Shape Rows{{8192, 8}, 8192 * 10, true};   // double [10][1024]

  check("default", MPG_GRAIN_DEFAULT, 0, Cube, {Good, 1, 0, true});
  check("whole", MPG_GRAIN_WHOLE, 0, Cube, {Good, 1, 0, true});
  check("page", MPG_GRAIN_PAGE, 0, Unsized, {Good, 1, 0, true});
  check("element", MPG_GRAIN_ELEMENT, 1, Cube, {Good, 240, 240, false});
  check("element, 3", MPG_GRAIN_ELEMENT, 3, Cube, {Good, 240, 720, false});
  check("element, 7", MPG_GRAIN_ELEMENT, 7, Cube, {Good, 240, 1680, true});
  check("unsized", MPG_GRAIN_ELEMENT, 7, Unsized, {Good, 240, 1680, false});
  check("scalar", MPG_GRAIN_ELEMENT, 1, Scalar, {Good, 8, 8, true});
  check("page rows", MPG_GRAIN_ELEMENT, 1, Rows, {Good, 8192, 8192, true});

  // The largest sub-object that divides the count is never split.
  check("480", MPG_GRAIN_BYTES, 480, Cube, {Good, 240, 480, false});
  check("48", MPG_GRAIN_BYTES, 48, Cube, {Good, 48, 48, false});
  check("96", MPG_GRAIN_BYTES, 96, Cube, {Good, 48, 96, false});
  check("64", MPG_GRAIN_BYTES, 64, Cube, {Good, 8, 64, false});
  check("4096", MPG_GRAIN_BYTES, 4096, Cube, {Good, 8, 4096, true});
  check("256 of 8", MPG_GRAIN_BYTES, 256, Scalar, {Good, 8, 256, true});

  check("zero", MPG_GRAIN_BYTES, 0, Cube, {LayoutError::Zero, 0, 0, 0});
  check("none", MPG_GRAIN_ELEMENT, 0, Cube, {LayoutError::Zero, 0, 0, 0});
  check("12", MPG_GRAIN_BYTES, 12, Cube, {LayoutError::NotMultiple, 0, 0, 0});
  check("4 of 8", MPG_GRAIN_BYTES, 4, Scalar,
        {LayoutError::NotMultiple, 0, 0, 0});
  check("void", MPG_GRAIN_ELEMENT, 1, Void,
        {LayoutError::UnknownElement, 0, 0, 0});
  check("void page", MPG_GRAIN_PAGE, 0, Void, {Good, 1, 0, true});
  check("huge", MPG_GRAIN_ELEMENT, UINT64_MAX / 2, Cube,
        {LayoutError::TooLarge, 0, 0, 0});
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
