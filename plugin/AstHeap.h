// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_ASTHEAP_H
#define MILLIPAGE_PLUGIN_ASTHEAP_H

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/StringMap.h"

namespace millipage {

/// Step 5: allocations of annotated pointers.  malloc and its relatives are
/// replaced where their result goes to an annotated pointer, and the values
/// of pointers whose allocations are not contiguous are marked, both as calls
/// that the IR half lowers.
class AstHeap {
  clang::ASTContext &Ctx;
  llvm::StringMap<clang::FunctionDecl *> Markers;
  bool Rewritten = false;

public:
  explicit AstHeap(clang::ASTContext &Ctx) : Ctx(Ctx) {}

  void rewrite(clang::Decl *D);
  bool hasRewritten() const { return Rewritten; }

private:
  class Rewriter;
};

} // namespace millipage

#endif
