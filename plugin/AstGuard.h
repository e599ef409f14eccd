// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_ASTGUARD_H
#define MILLIPAGE_PLUGIN_ASTGUARD_H

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"

namespace millipage {

class AstMark;

/// Step 6, at the end of the unit: what the unit says to the linker and to
/// the IR half beside the program itself.
class AstGuard {
  clang::ASTContext &Ctx;
  clang::ASTConsumer &CodeGen;

public:
  AstGuard(clang::ASTContext &Ctx, clang::ASTConsumer &CodeGen)
      : Ctx(Ctx), CodeGen(CodeGen) {}

  /// A reference that only the IR half removes: without it the link fails.
  void emitGuard();
  /// Marks of variables whose definition was emitted before their pragma.
  void emitLateMarks(const AstMark &Marks);
  /// Warnings that the linker prints when another unit saw no pragma for a
  /// variable that this one shares, or the other way round.
  void emitLinkWarnings();

private:
  void emitVariable(llvm::StringRef Name, llvm::StringRef Section,
                    clang::Expr *Init);
  void warnAbout(const clang::VarDecl *V, llvm::StringRef Symbol);
  void emitLinkWarning(llvm::StringRef Symbol, llvm::StringRef Text);
  clang::Expr *addressOf(clang::ValueDecl *D);
};

} // namespace millipage

#endif
