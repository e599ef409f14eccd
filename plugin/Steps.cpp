// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Steps.h"
#include "AstFlow.h"
#include "Diagnostics.h"
#include "clang/AST/Stmt.h"

using namespace clang;

namespace millipage {
namespace {

class StepCheck {
  ASTContext &Ctx;
  const LocalPointer &Local;
  llvm::SmallVector<const Stmt *, 32> Parents;
  unsigned Assignments = 0;
  bool HasUnseenSteps = false;
  const Expr *Offender = nullptr;
  int64_t Beyond = 0;

public:
  StepCheck(ASTContext &Ctx, const LocalPointer &Local)
      : Ctx(Ctx), Local(Local) {}

  void check(const Stmt *Body) {
    Assignments = Local.Pointer->hasInit() ? 1 : 0;
    walk(Body);
    const Reach &From = Local.From;
    DiagnosticsEngine &Diags = Ctx.getDiagnostics();
    // With several values it is not known which one is stepped.
    if (Offender && Assignments == 1) {
      report(Diags, Offender->getExprLoc(), Diag::StepBeyond)
          << std::to_string(Beyond) << From.Object->name()
          << Offender->getSourceRange();
      report(Diags, From.At->getExprLoc(), Diag::PointerTaken)
          << From.At->getSourceRange();
      report(Diags, Offender->getExprLoc(), Diag::WriteSubscript)
          << From.Object->name();
    } else if ((HasUnseenSteps || Offender) && From.looksFlat()) {
      warnGoodWithin(Diags, From);
    }
  }

private:
  void walk(const Stmt *S) {
    if (!S || isa<UnaryExprOrTypeTraitExpr>(S))
      return;
    if (auto *Ref = dyn_cast<DeclRefExpr>(S))
      if (Ref->getDecl() == Local.Pointer)
        judge(Ref);
    Parents.push_back(S);
    forEachChild(const_cast<Stmt *>(S), [this](Stmt *&Child) { walk(Child); });
    Parents.pop_back();
  }

  // One use of the pointer: how far does it step?
  void judge(const DeclRefExpr *Ref) {
    const Expr *At = Ref;
    for (const Stmt *Parent : llvm::reverse(Parents)) {
      const auto *E = dyn_cast<Expr>(Parent);
      if (!E)
        return escapes(Parent);
      if (isa<ParenExpr>(E) || isa<ImplicitCastExpr>(E)) {
        if (E->getType()->isBooleanType())
          return;
        At = E;
        continue;
      }
      if (auto *Subscript = dyn_cast<ArraySubscriptExpr>(E)) {
        if (Subscript->getBase()->IgnoreParens() != At->IgnoreParens())
          return;
        return step(Subscript->getIdx(), 1, Subscript);
      }
      if (auto *Op = dyn_cast<BinaryOperator>(E))
        return judgeBinary(Op, At);
      if (auto *Op = dyn_cast<UnaryOperator>(E)) {
        if (Op->isIncrementDecrementOp() || Op->getOpcode() == UO_AddrOf)
          HasUnseenSteps = true;
        return;
      }
      if (isa<MemberExpr>(E) || isa<AtomicExpr>(E))
        return;
      HasUnseenSteps = true; // An argument, or stored elsewhere.
      return;
    }
  }

  void escapes(const Stmt *Parent) {
    if (isa<ReturnStmt>(Parent) || isa<DeclStmt>(Parent))
      HasUnseenSteps = true;
  }

  void judgeBinary(const BinaryOperator *Op, const Expr *At) {
    if (Op->isAssignmentOp()) {
      if (Op->getLHS() == At && Op->getOpcode() == BO_Assign)
        ++Assignments;
      else
        HasUnseenSteps = true;
      return;
    }
    if (!Op->isAdditiveOp())
      return;
    const Expr *Other = Op->getLHS() == At ? Op->getRHS() : Op->getLHS();
    if (Other->getType()->isIntegerType())
      step(Other, Op->getOpcode() == BO_Sub ? -1 : 1, Op);
  }

  void step(const Expr *Index, int Sign, const Expr *Result) {
    int64_t Size =
        Ctx.getTypeSizeInChars(Local.Pointer->getType()->getPointeeType())
            .getQuantity();
    std::optional<int64_t> Last = lastValue(Index);
    if (!Last) {
      HasUnseenSteps = true;
      return;
    }
    int64_t End = Sign * *Last * Size + Size;
    int64_t Ahead = Local.From.bytesAhead();
    if (End > Ahead && !Offender) {
      Offender = Result;
      Beyond = End - Ahead;
    }
  }

  // The largest value that a constant, or the variable of an enclosing
  // `for (...; i < N; ...)`, takes.
  std::optional<int64_t> lastValue(const Expr *Index) {
    Expr::EvalResult Value;
    if (Index->EvaluateAsInt(Value, Ctx))
      return Value.Val.getInt().getExtValue();
    auto *Ref = dyn_cast<DeclRefExpr>(Index->IgnoreParenImpCasts());
    if (!Ref)
      return std::nullopt;
    for (const Stmt *Parent : llvm::reverse(Parents)) {
      auto *For = dyn_cast<ForStmt>(Parent);
      auto *Cond =
          For ? dyn_cast_or_null<BinaryOperator>(For->getCond()) : nullptr;
      if (!Cond || (Cond->getOpcode() != BO_LT && Cond->getOpcode() != BO_LE))
        continue;
      auto *Left = dyn_cast<DeclRefExpr>(Cond->getLHS()->IgnoreParenImpCasts());
      if (Left && Left->getDecl() == Ref->getDecl() &&
          Cond->getRHS()->EvaluateAsInt(Value, Ctx))
        return Value.Val.getInt().getExtValue() - (Cond->getOpcode() == BO_LT);
    }
    return std::nullopt;
  }
};

} // namespace

void checkSteps(ASTContext &Ctx, Stmt *Body,
                llvm::ArrayRef<LocalPointer> Locals) {
  for (const LocalPointer &Local : Locals)
    StepCheck(Ctx, Local).check(Body);
}

} // namespace millipage
