// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the steps of the syntax half hand to each other beside the syntax tree
// itself.  Clang makes the pragma handler, the attribute and the consumer
// separately and gives them nothing in common, hence one object per process;
// a compiler process handles one translation unit.
#ifndef MILLIPAGE_PLUGIN_TUSTATE_H
#define MILLIPAGE_PLUGIN_TUSTATE_H

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"

namespace clang {
class Expr;
class ValueDecl;
} // namespace clang

namespace millipage {

struct TuState {
  /// Pragmas of the prefix form that no declaration has received yet.
  llvm::SmallVector<clang::SourceLocation, 8> UnattachedPragmas;
  /// Declarations that a list has just named; the consumer marks them at the
  /// end of the top-level declaration that holds the list.
  llvm::SmallVector<clang::ValueDecl *, 8> Listed;

  /// Pointers to the end of a row, `&g[5][100]` of 100 elements.  As constants
  /// they look like the start of the next row, which is elsewhere.
  llvm::SmallPtrSet<const clang::Expr *, 8> EndPointers;

  /// A declaration has received the pragma.
  void attach(clang::SourceLocation Pragma) {
    llvm::erase_if(UnattachedPragmas, [Pragma](clang::SourceLocation Loc) {
      return Loc == Pragma;
    });
  }

  static TuState &get() {
    static TuState State;
    return State;
  }
};

} // namespace millipage

#endif
