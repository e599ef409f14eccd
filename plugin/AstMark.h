// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_ASTMARK_H
#define MILLIPAGE_PLUGIN_ASTMARK_H

#include "clang/AST/ASTContext.h"
#include "llvm/ADT/SetVector.h"

namespace millipage {

/// Step 3: gives every shared variable its mark, as an implicit section, and
/// checks what only a complete type can tell.  Sections are the one attribute
/// that Clang hands to the IR for definitions, tentative definitions, extern
/// declarations and static locals alike.
class AstMark {
  clang::ASTContext &Ctx;

public:
  explicit AstMark(clang::ASTContext &Ctx) : Ctx(Ctx) {}

  /// D and everything declared inside, before code generation sees it.
  void markTopLevel(clang::Decl *D);
  /// A declaration that a list named after code generation may have seen it.
  void markListed(clang::ValueDecl *D);

  /// Shared file-scope variables and static locals, in order.
  llvm::SetVector<const clang::VarDecl *> Variables;
  /// Those whose definition went to code generation without a section, or
  /// with one that does not hold any more.
  llvm::SetVector<const clang::VarDecl *> Late;

private:
  class Visitor;
  void mark(clang::ValueDecl *D, bool IsSeen);
  void markVariable(clang::VarDecl *V, bool IsSeen);
  void unmark(clang::VarDecl *V, bool IsSeen);
  void markImplicit(clang::VarDecl *V);
  bool checkAgreement(const clang::ValueDecl *D);
  bool checkNotUsed(const clang::VarDecl *V, bool IsSeen);
  bool checkLayout(const clang::ValueDecl *D);
  bool checkSymbol(const clang::VarDecl *V);
};

} // namespace millipage

#endif
