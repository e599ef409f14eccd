// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstOpenMP.h"
#include "Compat.h"
#include "Diagnostics.h"
#include "millipage/abi.h"
#include "clang/AST/OpenMPClause.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtOpenMP.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace millipage {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
  ASTContext &Ctx;
  DiagnosticsEngine &Diags;

public:
  explicit Visitor(ASTContext &Ctx) : Ctx(Ctx), Diags(Ctx.getDiagnostics()) {}

  bool VisitOMPExecutableDirective(OMPExecutableDirective *S) {
    if (!isSupported(S->getDirectiveKind()))
      report(Diags, S->getBeginLoc(), Diag::OpenMPDirective)
          << compat::directiveName(S->getDirectiveKind(),
                                   Ctx.getLangOpts().OpenMP);
    checkCode(S);
    checkLastprivates(S);
    markStrict(S);
    checkArgumentLists(S);
    tie(S);
    return true;
  }

private:
  void checkCode(OMPExecutableDirective *S) {
    if (compat::makesCode(S->getDirectiveKind()))
      return;
    report(Diags, S->getBeginLoc(), Diag::OpenMPNoCode)
        << compat::directiveName(S->getDirectiveKind(),
                                 Ctx.getLangOpts().OpenMP);
    report(Diags, S->getBeginLoc(), Diag::OpenMPNoCodeHow);
  }

  // An untied task would be compiled in parts, each for any thread, which the
  // runtime does not have; GCC does not tell it from a tied one at all.  And
  // Clang would keep its locals in the task between them, where it has no room
  // for an array of variable length, and what alloca has made is gone with a
  // part (llvm-project#61499).  `mergeable`, which may stand in the same
  // places, is without effect.
  void tie(OMPExecutableDirective *S) {
    for (OMPClause *const &Clause : S->clauses())
      if (isa_and_nonnull<OMPUntiedClause>(Clause))
        const_cast<OMPClause *&>(Clause) = new (Ctx)
            OMPMergeableClause(Clause->getBeginLoc(), Clause->getEndLoc());
  }
  // Where Clang does not hand on that a grain is strict, the grain itself says
  // it.
  void markStrict(OMPExecutableDirective *S) {
    if (compat::HandsOnStrictGrains)
      return;
    for (const auto *Clause : S->getClausesOfKind<OMPGrainsizeClause>())
      if (Clause->getModifier() == OMPC_GRAINSIZE_strict)
        for (Stmt *&Grain :
             const_cast<OMPGrainsizeClause *>(Clause)->children())
          Grain = strict(cast<Expr>(Grain));
  }
  Expr *strict(Expr *Grain) {
    QualType Long = Ctx.UnsignedLongLongTy;
    SourceLocation Loc = Grain->getBeginLoc();
    Expr *Wide = ImplicitCastExpr::Create(Ctx, Long, CK_IntegralCast, Grain,
                                          nullptr, VK_PRValue, {});
    Expr *Mark = IntegerLiteral::Create(
        Ctx, llvm::APInt(Ctx.getTypeSize(Long), MPG_OMP_GRAIN_STRICT), Long,
        Loc);
    return BinaryOperator::Create(Ctx, Wide, Mark, BO_Or, Long, VK_PRValue,
                                  OK_Ordinary, Loc, {});
  }

  // Clang keeps which iteration was the last to write in a variable of its own,
  // of each host.
  void checkLastprivates(OMPExecutableDirective *S) {
    for (const auto *Clause : S->getClausesOfKind<OMPLastprivateClause>())
      if (Clause->getKind() == OMPC_LASTPRIVATE_conditional)
        report(Diags, Clause->getBeginLoc(), Diag::OpenMPClause)
            << "lastprivate(conditional: ...)";
  }

  // What a va_list stands for lies in registers and in a frame that no pass
  // moves to the shared stack.
  void checkArgumentLists(OMPExecutableDirective *S) {
    if (!isOpenMPParallelDirective(S->getDirectiveKind()) &&
        !isOpenMPTaskingDirective(S->getDirectiveKind()))
      return;
    for (const CapturedStmt::Capture &C :
         S->getInnermostCapturedStmt()->captures())
      if (C.capturesVariable() || C.capturesVariableByCopy())
        checkArgumentList(S, C.getLocation(), C.getCapturedVar());
    // What a task has of its own is no capture.
    for (const auto *Clause : S->getClausesOfKind<OMPFirstprivateClause>())
      for (const Stmt *Child : Clause->children())
        if (const auto *Ref = dyn_cast<DeclRefExpr>(Child))
          checkArgumentList(S, Ref->getLocation(), Ref->getDecl());
  }
  void checkArgumentList(OMPExecutableDirective *S, SourceLocation Use,
                         const ValueDecl *V) {
    if (!isArgumentList(V->getType()))
      return;
    report(Diags, Use, Diag::OpenMPArgumentList) << V->getName();
    report(Diags, S->getBeginLoc(), Diag::OpenMPArgumentListHow);
  }
  // As it is declared, or as a parameter: an array of one, or a pointer.
  bool isArgumentList(QualType T) const {
    const ArrayType *List = Ctx.getAsArrayType(Ctx.getBuiltinVaListType());
    if (!List)
      return Ctx.hasSameUnqualifiedType(T, Ctx.getBuiltinVaListType());
    const ArrayType *Array = Ctx.getAsArrayType(T);
    QualType Element = Array                ? Array->getElementType()
                       : T->isPointerType() ? T->getPointeeType()
                                            : QualType();
    return !Element.isNull() &&
           Ctx.hasSameUnqualifiedType(Element, List->getElementType());
  }

  static bool isSupported(OpenMPDirectiveKind Kind) {
    using namespace llvm::omp;
    switch (Kind) {
    case OMPD_dispatch:
    case OMPD_interop:
      return false;
    default:
      return true;
    }
  }
};

} // namespace

void checkOpenMP(ASTContext &Ctx, Decl *D) {
  if (!Ctx.getSourceManager().isInSystemHeader(D->getLocation()))
    Visitor(Ctx).TraverseDecl(D);
}

} // namespace millipage
