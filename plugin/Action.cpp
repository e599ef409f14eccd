// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where Clang meets the plugin: `-fplugin=` makes it run our consumer before
// code generation, declaration by declaration, and our pass at the start of
// the optimisation pipeline.
#include "AstCheck.h"
#include "AstGuard.h"
#include "AstHeap.h"
#include "AstMark.h"
#include "AstOpenMP.h"
#include "Attribute.h"
#include "Compat.h"
#include "Diagnostics.h"
#include "Sharing.h"
#include "TuState.h"
#include "ir/Pass.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;

namespace millipage {
namespace {

/// The steps of the syntax half, in order.
class Consumer : public ASTConsumer {
  CompilerInstance &CI;
  std::unique_ptr<AstMark> Marks;
  std::unique_ptr<AstHeap> Heap;

public:
  explicit Consumer(CompilerInstance &CI) : CI(CI) {}

  void Initialize(ASTContext &Ctx) override {
    Marks = std::make_unique<AstMark>(Ctx);
    Heap = std::make_unique<AstHeap>(Ctx);
  }

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    if (Group.isSingleDecl() && Group.getSingleDecl()->isImplicit())
      return true; // Our own, on its way to code generation.
    for (Decl *D : Group)
      Marks->markTopLevel(D);
    for (ValueDecl *D : TuState::get().Listed)
      Marks->markListed(D);
    TuState::get().Listed.clear();
    if (isOpenMPUnit(CI.getLangOpts()))
      for (Decl *D : Group)
        checkOpenMP(CI.getASTContext(), D);
    if (CI.getDiagnostics().hasErrorOccurred())
      for (Decl *D : Group)
        checkUses(CI.getASTContext(), D);
    else
      for (Decl *D : Group) {
        checkUses(CI.getASTContext(), D);
        Heap->rewrite(D);
      }
    return true;
  }

  void HandleTranslationUnit(ASTContext &Ctx) override {
    // After another error, such as an undeclared name in a clause, the parser
    // may have thrown the declaration away.
    if (!CI.getDiagnostics().hasErrorOccurred())
      for (SourceLocation Loc : TuState::get().UnattachedPragmas)
        reportUnattached(Ctx.getDiagnostics(), Loc);
    if (isOpenMPUnit(CI.getLangOpts()) && CI.getLangOpts().CPlusPlus) {
      SourceManager &SM = CI.getSourceManager();
      report(Ctx.getDiagnostics(), SM.getLocForStartOfFile(SM.getMainFileID()),
             Diag::OpenMPNotC);
    }
    checkAliases(Ctx);
    if (CI.getDiagnostics().hasErrorOccurred())
      return;
    AstGuard Guard(Ctx, CI.getASTConsumer());
    if (!Marks->Variables.empty() || Heap->hasRewritten() ||
        isOpenMPUnit(CI.getLangOpts()))
      Guard.emitGuard();
    Guard.emitLateMarks(*Marks);
    Guard.emitLinkWarnings();
  }
};

class Action : public PluginASTAction {
protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI,
                                                 StringRef) override {
    TuState::get() = TuState();
    Preprocessor &PP = CI.getPreprocessor();
    PP.setPredefines(PP.getPredefines() + "#define __MILLIPAGE__ 1\n");
    // copyin reads the master's copy from other hosts, where thread-local
    // storage has another one: the runtime is to keep the copies.
    CI.getLangOpts().OpenMPUseTLS = false;
    registerPass(CI);
    return std::make_unique<Consumer>(CI);
  }
  bool ParseArgs(const CompilerInstance &,
                 const std::vector<std::string> &) override {
    return true;
  }
  ActionType getActionType() override { return AddBeforeMainAction; }

private:
  static void registerPass(CompilerInstance &CI) {
    compat::addPassBuilderCallback(CI.getCodeGenOpts(), registerIrPass);
  }
};

FrontendPluginRegistry::Add<Action> Registration("millipage",
                                                 "shared memory pragmas");

} // namespace
} // namespace millipage

// -fpass-plugin=: for compilations that start from IR, which have no consumer.
extern "C" LLVM_ATTRIBUTE_WEAK
    __attribute__((visibility("default"))) llvm::PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "millipage", "1", millipage::registerIrPass};
}
