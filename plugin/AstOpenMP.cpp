// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstOpenMP.h"
#include "Diagnostics.h"
#include "clang/AST/OpenMPClause.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtOpenMP.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace millipage {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
  DiagnosticsEngine &Diags;

public:
  explicit Visitor(DiagnosticsEngine &Diags) : Diags(Diags) {}

  bool VisitOMPExecutableDirective(OMPExecutableDirective *S) {
    if (!isSupported(S->getDirectiveKind()))
      report(Diags, S->getBeginLoc(), Diag::OpenMPDirective)
          << llvm::omp::getOpenMPDirectiveName(S->getDirectiveKind());
    for (const OMPClause *Clause : S->clauses())
      if (Clause && !isSupported(Clause->getClauseKind()))
        report(Diags, Clause->getBeginLoc(), Diag::OpenMPClause)
            << llvm::omp::getOpenMPClauseName(Clause->getClauseKind());
    return true;
  }
  bool VisitOMPAllocateDecl(OMPAllocateDecl *D) {
    report(Diags, D->getBeginLoc(), Diag::OpenMPDirective) << "allocate";
    return true;
  }

private:
  static bool isSupported(OpenMPDirectiveKind Kind) {
    using namespace llvm::omp;
    switch (Kind) {
    case OMPD_cancel:
    case OMPD_cancellation_point:
    case OMPD_depobj:
    case OMPD_dispatch:
    case OMPD_interop:
      return false;
    default:
      return true;
    }
  }
  static bool isSupported(OpenMPClauseKind Kind) {
    using namespace llvm::omp;
    switch (Kind) {
    case OMPC_allocate:
    case OMPC_detach:
    case OMPC_depobj:
    case OMPC_uses_allocators:
      return false;
    default:
      return true;
    }
  }
};

} // namespace

void checkOpenMP(ASTContext &Ctx, Decl *D) {
  if (!Ctx.getSourceManager().isInSystemHeader(D->getLocation()))
    Visitor(Ctx.getDiagnostics()).TraverseDecl(D);
}

} // namespace millipage
