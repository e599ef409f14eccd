// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attribute that carries a pragma from the preprocessor to a declaration,
// and how it is kept there: as an AnnotateAttr, which redeclarations inherit
// and precompiled headers store.
#ifndef MILLIPAGE_PLUGIN_ATTRIBUTE_H
#define MILLIPAGE_PLUGIN_ATTRIBUTE_H

#include "clang/Basic/SourceLocation.h"
#include <cstdint>
#include <optional>

namespace clang {
class Decl;
class DiagnosticsEngine;
} // namespace clang

namespace millipage {

inline constexpr char AttributeName[] = "millipage_shared";
inline constexpr char ListCarrierName[] = "__millipage_list";
/// Stands where a granularity would for `#pragma millipage private`.
inline constexpr unsigned PrivateGrain = 100;

/// A pragma as written, attached to a declaration.
struct Annotation {
  unsigned Grain = 0; ///< enum mpg_abi_grain, or PrivateGrain.
  uint64_t Count = 0;
  clang::SourceLocation Pragma; ///< The directive's word.
  clang::SourceLocation Clause; ///< The count, or the pragma.

  bool isPrivate() const { return Grain == PrivateGrain; }
  bool operator==(const Annotation &O) const {
    return Grain == O.Grain && Count == O.Count;
  }
};

/// The pragma that D has, its own or an inherited one.
std::optional<Annotation> annotationOf(const clang::Decl *D);
/// D's own pragma, when D has several or has also inherited one that says
/// something else; then First is the other.
std::optional<Annotation> conflictingAnnotation(const clang::Decl *D,
                                                Annotation &First);

/// Says that no declaration received the pragma.
void reportUnattached(clang::DiagnosticsEngine &Diags,
                      clang::SourceLocation Pragma);

} // namespace millipage

#endif
