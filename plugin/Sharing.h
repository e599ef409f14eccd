// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The policy: which declarations are shared, and how they are laid out.
// Every other step asks here and nowhere else, so that another source of
// sharing (all globals of an OpenMP unit, say) is an addition to this file
// alone.
#ifndef MILLIPAGE_PLUGIN_SHARING_H
#define MILLIPAGE_PLUGIN_SHARING_H

#include "Attribute.h"
#include "Layout.h"
#include "Mark.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include <optional>

namespace millipage {

/// One shared variable, or what one pointer's allocations are.
struct SharedObject {
  const clang::ValueDecl *Decl = nullptr;
  Annotation Pragma; ///< Of an implicit one: no clause, at its declaration.
  Layout Geometry;
  LayoutError Error = LayoutError::None;
  Mark TheMark;

  bool isContiguous() const { return Geometry.IsContiguous; }
  llvm::StringRef name() const { return Decl->getName(); }
};

/// Whether the unit is compiled with -fopenmp (-fopenmp-simd has no threads).
bool isOpenMPUnit(const clang::LangOptions &Options);
/// Whether D is shared by OpenMP's rule alone, without a pragma: every mutable
/// variable of an OpenMP unit that is not thread-local.
bool isImplicitlyShared(const clang::VarDecl *D);
/// D itself, when it is a shared variable, by a pragma or implicitly.
std::optional<SharedObject> sharedVariable(const clang::VarDecl *D);
/// What D points to, when D is a pointer whose allocations are shared: a
/// variable, a parameter or a member.
std::optional<SharedObject> sharedAllocations(const clang::ValueDecl *D);

/// The annotated pointer that E names (`p`, `s.p`, `q->p`), if any.
const clang::ValueDecl *annotatedPointer(const clang::Expr *E);

/// The variable or pointer that the address E is computed from.
const clang::Expr *baseOfAddress(const clang::Expr *E);
/// Whether E is computed from shared data that is not contiguous.
bool isScattered(const clang::Expr *E);

} // namespace millipage

#endif
