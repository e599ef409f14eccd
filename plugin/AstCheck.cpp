// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstCheck.h"
#include "AstFlow.h"
#include "Diagnostics.h"
#include "Escape.h"
#include "Sharing.h"
#include "Steps.h"
#include "clang/AST/Attr.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <deque>

using namespace clang;

namespace millipage {
namespace {

/// Walks one function or initialiser and hands every use of shared data to
/// the check that knows about it.
class UseWalker {
  ASTContext &Ctx;
  DiagnosticsEngine &Diags;
  llvm::SmallVector<Stmt *, 32> Parents;
  std::vector<LocalPointer> Locals;
  std::deque<SharedObject> Objects;               ///< Locals refer to them.
  llvm::SmallPtrSet<const Expr *, 8> Allocations; ///< Of annotated pointers.

public:
  explicit UseWalker(ASTContext &Ctx) : Ctx(Ctx), Diags(Ctx.getDiagnostics()) {}

  void checkFunction(Stmt *Body) {
    walk(Body, nullptr);
    checkSteps(Ctx, Body, Locals);
  }

  void checkInitialiser(VarDecl *V) {
    forEachFlow(V, [this](const ValueDecl *P, Stmt *&S) { checkFlow(P, S); });
    walk(V->getInit(), V);
  }

private:
  void walk(Stmt *S, const VarDecl *Target) {
    if (!S || isa<UnaryExprOrTypeTraitExpr>(S))
      return; // sizeof does not evaluate.
    forEachFlow(
        S, [this](const ValueDecl *P, Stmt *&From) { checkFlow(P, From); });
    if (auto *Ref = dyn_cast<DeclRefExpr>(S))
      useVariable(Ref, Target);
    else if (auto *Cast = dyn_cast<ImplicitCastExpr>(S))
      usePointer(Cast, Target);
    else if (auto *Call = dyn_cast<CallExpr>(S))
      checkRealloc(Call);
    else
      checkMoves(S);
    Parents.push_back(S);
    forEachChild(S, [&](Stmt *&Child) { walk(Child, Target); });
    Parents.pop_back();
  }

  void check(SharedObject Object, const Expr *Root, bool IsPointer,
             const VarDecl *Target) {
    Objects.push_back(std::move(Object));
    EscapeCheck(Ctx, Parents, Locals)
        .check(Objects.back(), Root, IsPointer, Target);
  }

  void useVariable(const DeclRefExpr *Ref, const VarDecl *Target) {
    auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    std::optional<SharedObject> O;
    if (V && (O = sharedVariable(V)) && !O->isContiguous())
      check(*O, Ref, /*IsPointer=*/false, Target);
  }

  void usePointer(const ImplicitCastExpr *Cast, const VarDecl *Target) {
    if (Cast->getCastKind() != CK_LValueToRValue)
      return;
    const ValueDecl *Pointer = annotatedPointer(Cast->getSubExpr());
    if (!Pointer)
      return;
    SharedObject O = *sharedAllocations(Pointer);
    if (!O.isContiguous())
      check(O, Cast, /*IsPointer=*/true, Target);
  }

  // The C library's own realloc does not know shared memory.
  void checkRealloc(const CallExpr *Call) {
    if (allocationOf(Call) != Allocation::Realloc || Allocations.count(Call))
      return;
    const Expr *Old = Call->getArg(0)->IgnoreParenCasts();
    if (const ValueDecl *Pointer = annotatedPointer(Old))
      warnSource(Diag::ReallocElsewhere, Pointer, Call, "");
  }

  // `p++`, `p += 2`, `&p`.
  void checkMoves(Stmt *S) {
    const Expr *Target = nullptr;
    bool IsAddress = false;
    if (auto *Op = dyn_cast<UnaryOperator>(S)) {
      IsAddress = Op->getOpcode() == UO_AddrOf;
      if (IsAddress || Op->isIncrementDecrementOp())
        Target = Op->getSubExpr();
    } else if (auto *Op = dyn_cast<CompoundAssignOperator>(S)) {
      Target = Op->getLHS();
    }
    const ValueDecl *Pointer = Target ? annotatedPointer(Target) : nullptr;
    if (!Pointer)
      return;
    if (IsAddress)
      return warnSource(Diag::UnknownSource, Pointer, cast<Expr>(S), "");
    if (sharedAllocations(Pointer)->isContiguous())
      return;
    auto *E = cast<Expr>(S);
    report(Diags, E->getExprLoc(), Diag::PointerMoves)
        << Pointer->getName() << E->getSourceRange();
    report(Diags, E->getExprLoc(), Diag::WriteIndex) << Pointer->getName();
  }

  //===--- What annotated pointers receive --------------------------------===//

  void warnSource(Diag Which, const ValueDecl *Pointer, const Expr *E,
                  StringRef Source) {
    {
      DiagnosticBuilder D = report(Diags, E->getExprLoc(), Which);
      D << Pointer->getName();
      if (!Source.empty())
        D << Source;
      D << E->getSourceRange();
    }
    report(Diags, annotationOf(Pointer)->Pragma, Diag::AssignAllocation)
        << Pointer->getName();
  }

  void checkFlow(const ValueDecl *Pointer, Stmt *&Source) {
    forEachSource(Source, [&](Stmt *&Leaf) {
      auto *E = dyn_cast<Expr>(Leaf);
      if (E && allocationOf(E) != Allocation::None)
        Allocations.insert(E);
      else if (E &&
               !E->isNullPointerConstant(Ctx, Expr::NPC_ValueDependentIsNull))
        checkSource(Pointer, E);
    });
  }

  void checkSource(const ValueDecl *Pointer, const Expr *Source) {
    SharedObject To = *sharedAllocations(Pointer);
    const Expr *Base = baseOfAddress(Source);
    if (const ValueDecl *From = annotatedPointer(Base)) {
      if (!sharedAllocations(From)->TheMark.sameGeometry(To.TheMark))
        warnSource(Diag::SourceOther, Pointer, Source, From->getName());
      return;
    }
    auto *Ref = dyn_cast<DeclRefExpr>(Base);
    auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (V && isAddressIn(Source, Ref)) {
      std::optional<SharedObject> From = sharedVariable(V);
      // Elements of one that is not contiguous are the escape check's.
      if (!From || (From->isContiguous() && !To.isContiguous()))
        warnSource(Diag::SourcePrivate, Pointer, Source, V->getName());
      else if (!From->isContiguous() && !To.isContiguous() &&
               !From->TheMark.sameGeometry(To.TheMark))
        warnSource(Diag::SourcePrivate, Pointer, Source, V->getName());
      return;
    }
    auto *Call = dyn_cast<CallExpr>(Base);
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    if (Callee && Callee->getIdentifier() && To.isContiguous() &&
        Callee->getName().starts_with("mpg_malloc"))
      return;
    warnSource(Diag::UnknownSource, Pointer, Source, "");
  }

  // Whether Source is an address inside the variable, not the value of a
  // pointer that the variable holds.
  static bool isAddressIn(const Expr *Source, const DeclRefExpr *Ref) {
    return !Ref->getType()->isPointerType() ||
           isa<UnaryOperator>(Source->IgnoreParenCasts());
  }
};

} // namespace

void checkUses(ASTContext &Ctx, Decl *D) {
  if (auto *V = dyn_cast<VarDecl>(D)) {
    if (V->hasInit())
      UseWalker(Ctx).checkInitialiser(V);
    return;
  }
  auto *F = dyn_cast<FunctionDecl>(D);
  if (F && F->isThisDeclarationADefinition() && F->hasBody())
    UseWalker(Ctx).checkFunction(F->getBody());
}

void checkAliases(ASTContext &Ctx) {
  for (Decl *D : Ctx.getTranslationUnitDecl()->decls()) {
    auto *V = dyn_cast<VarDecl>(D);
    auto *Alias = V ? V->getAttr<AliasAttr>() : nullptr;
    if (!Alias)
      continue;
    auto Found = Ctx.getTranslationUnitDecl()->lookup(
        &Ctx.Idents.get(Alias->getAliasee()));
    for (NamedDecl *Target : Found) {
      auto *Shared = dyn_cast<VarDecl>(Target);
      if (!Shared || !sharedVariable(Shared))
        continue;
      report(Ctx.getDiagnostics(), V->getLocation(), Diag::AliasToShared)
          << V->getName() << Shared->getName();
      report(Ctx.getDiagnostics(), Alias->getLocation(), Diag::RemoveAttribute);
    }
  }
}

} // namespace millipage
