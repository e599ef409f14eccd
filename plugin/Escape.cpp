// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Escape.h"
#include "Diagnostics.h"
#include "TuState.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Basic/Builtins.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace millipage {

//===--- Helpers ----------------------------------------------------------===//

uint64_t Reach::bytesAhead() const {
  if (Total && *Total >= 0)
    return granule() - uint64_t(*Total) % granule();
  if (InUnit && *InUnit >= 0 && uint64_t(*InUnit) < granule())
    return granule() - *InUnit;
  return granule();
}

static uint64_t sizeOf(const ASTContext &Ctx, QualType T) {
  if (T->isIncompleteType() || T->isFunctionType() ||
      T->isVariablyModifiedType())
    return 0;
  return Ctx.getTypeSizeInChars(T).getQuantity();
}

static std::optional<int64_t> constant(const ASTContext &Ctx, const Expr *E) {
  Expr::EvalResult Value;
  if (E->isValueDependent() || !E->EvaluateAsInt(Value, Ctx))
    return std::nullopt;
  return Value.Val.getInt().getExtValue();
}

void warnGoodWithin(DiagnosticsEngine &Diags, const Reach &R) {
  report(Diags, R.At->getExprLoc(), Diag::GoodWithin)
      << R.Object->name() << std::to_string(R.granule())
      << R.At->getSourceRange();
  report(Diags, R.Object->Pragma.Pragma, Diag::GoodWithinNote)
      << R.Object->name();
}

void EscapeCheck::noteContiguous(const Reach &R) {
  report(Diags, R.Object->Pragma.Pragma, Diag::OrContiguous)
      << R.Object->name();
}

//===--- Climbing ---------------------------------------------------------===//

void EscapeCheck::check(const SharedObject &Object, const Expr *Root,
                        bool IsPointer, const VarDecl *Target) {
  Reach R;
  R.Object = &Object;
  R.At = Root;
  R.IsPointer = IsPointer;
  QualType T = Root->getType();
  R.Pointee = sizeOf(Ctx, IsPointer ? T->getPointeeType() : T);
  for (Stmt *Parent : llvm::reverse(Parents)) {
    if (isEndAccessed(R, Parent))
      return reportBeyond(R, R.AtEnd, R.Pointee);
    if (auto *E = dyn_cast<Expr>(Parent)) {
      bool WasAtEnd = R.isAtUnitEnd();
      if (climb(R, E) == Next::Done)
        return;
      if (R.isAtUnitEnd() && !WasAtEnd)
        keepEndPointer(R, E);
      R.At = E;
      continue;
    }
    return finish(R, Parent);
  }
  if (R.IsPointer && Target)
    escape(R, Target);
}

// The expression is complete; what the statement does with it.
void EscapeCheck::finish(const Reach &R, Stmt *Parent) {
  if (isa<AsmStmt>(Parent) && !R.IsPointer && R.Pointee > R.unit())
    return refuse(R, nullptr, false);
  if (!R.IsPointer)
    return;
  if (isa<ReturnStmt>(Parent))
    return escape(R, nullptr);
  auto *Decls = dyn_cast<DeclStmt>(Parent);
  if (!Decls)
    return; // Discarded, or a condition.
  for (Decl *D : Decls->decls()) {
    auto *V = dyn_cast<VarDecl>(D);
    if (V && V->getInit() == R.At)
      return escape(R, V);
  }
}

EscapeCheck::Next EscapeCheck::climb(Reach &R, Stmt *Parent) {
  if (isa<ParenExpr>(Parent) || isa<GenericSelectionExpr>(Parent))
    return Next::Climb;
  if (auto *Cast = dyn_cast<CastExpr>(Parent))
    return climbCast(R, Cast);
  if (auto *Op = dyn_cast<UnaryOperator>(Parent))
    return climbUnary(R, Op);
  if (auto *Op = dyn_cast<BinaryOperator>(Parent))
    return climbBinary(R, Op);
  if (auto *Call = dyn_cast<CallExpr>(Parent))
    return climbCall(R, Call);
  if (auto *Subscript = dyn_cast<ArraySubscriptExpr>(Parent)) {
    if (!R.IsPointer)
      return Next::Done;
    R.IsPointer = false;
    return subscript(R, Subscript->getIdx(), 1, Subscript);
  }
  if (auto *Member = dyn_cast<MemberExpr>(Parent)) {
    if (auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl()))
      select(R, Field, Member->isArrow());
    return Next::Climb;
  }
  if (auto *Choice = dyn_cast<AbstractConditionalOperator>(Parent)) {
    if (R.At == Choice->getCond() || !R.IsPointer)
      return Next::Done;
    R.IsCut = true;
    return Next::Climb;
  }
  // Atomic operations go to one object; other expressions take no pointers.
  if (R.IsPointer && (isa<InitListExpr>(Parent) || isa<StmtExpr>(Parent)))
    escape(R, nullptr);
  return Next::Done;
}

EscapeCheck::Next EscapeCheck::climbCast(Reach &R, const CastExpr *Cast) {
  switch (Cast->getCastKind()) {
  case CK_ArrayToPointerDecay:
    R.IsDerived |= R.At->IgnoreParens() != nullptr &&
                   !isa<DeclRefExpr>(R.At->IgnoreParens());
    R.IsPointer = true;
    R.IsAddressOf = false;
    R.IsStart = false;
    R.Pointee = sizeOf(Ctx, Cast->getType()->getPointeeType());
    return Next::Climb;
  case CK_NoOp:
    return Next::Climb;
  case CK_BitCast:
    break;
  default:
    return Next::Done; // The value was read, or became a number or a truth.
  }
  uint64_t To = sizeOf(Ctx, Cast->getType()->getPointeeType());
  bool IsFlat = R.IsPointer && !R.isWithinUnit();
  if (IsFlat && !R.IsMoved && isa<ExplicitCastExpr>(Cast) &&
      !Cast->getType()->isVoidPointerType() && To < R.Pointee) {
    report(Diags, Cast->getBeginLoc(), Diag::WholeCast)
        << R.Object->name() << Cast->getType() << Cast->getSourceRange();
    report(Diags, Cast->getBeginLoc(), Diag::WriteSubscript)
        << R.Object->name();
    noteContiguous(R);
    return Next::Done;
  }
  // A pointer to void points to what it did.
  if (To && !Cast->getType()->isVoidPointerType() && !IsFlat)
    R.Pointee = To;
  return Next::Climb;
}

EscapeCheck::Next EscapeCheck::climbUnary(Reach &R, const UnaryOperator *Op) {
  switch (Op->getOpcode()) {
  case UO_AddrOf:
    R.IsPointer = true;
    R.IsAddressOf = true;
    R.IsMoved = false;
    R.IsDerived = true;
    return Next::Climb;
  case UO_Deref:
    if (!R.IsPointer)
      return Next::Done;
    R.IsPointer = false;
    R.IsDerived = true;
    R.IsStart = false;
    return Next::Climb;
  case UO_Extension:
    return Next::Climb;
  default:
    return Next::Done;
  }
}

EscapeCheck::Next EscapeCheck::climbBinary(Reach &R, const BinaryOperator *Op) {
  const Expr *Other = Op->getLHS() == R.At ? Op->getRHS() : Op->getLHS();
  if (Op->getOpcode() == BO_Comma)
    return Op->getRHS() == R.At ? Next::Climb : Next::Done;
  if (!R.IsPointer)
    return Next::Done; // Stored to, or a struct that is read.
  if (Op->getOpcode() == BO_Assign) {
    const Expr *Left = Op->getLHS()->IgnoreParens();
    const ValueDecl *Target = nullptr;
    if (auto *Ref = dyn_cast<DeclRefExpr>(Left))
      Target = Ref->getDecl();
    else if (auto *Member = dyn_cast<MemberExpr>(Left))
      Target = Member->getMemberDecl();
    if (Op->getRHS() == R.At)
      escape(R, Target);
    return Next::Done;
  }
  if (!Op->isAdditiveOp())
    return Next::Done;
  if (!Other->getType()->isPointerType())
    return subscript(R, Other, Op->getOpcode() == BO_Sub ? -1 : 1, Op);
  if (!R.isWithinUnit() || R.Pointee == R.unit()) {
    if (Op->getRHS() == R.At && isScattered(Other))
      return Next::Done; // Said already, for the other side.
    report(Diags, Op->getOperatorLoc(), Diag::PointersSubtracted)
        << R.Object->name() << Op->getSourceRange();
    report(Diags, Op->getOperatorLoc(), Diag::WriteIndex) << R.Object->name();
  }
  return Next::Done;
}

// A step by Index, inside a unit or from unit to unit.
EscapeCheck::Next EscapeCheck::subscript(Reach &R, const Expr *Index, int Sign,
                                         const Expr *Result) {
  std::optional<int64_t> Steps = constant(Ctx, Index);
  int64_t Bytes = Steps ? Sign * *Steps * int64_t(R.Pointee) : 0;
  bool IsUnitStep = R.Pointee >= R.unit() && R.Pointee % R.unit() == 0;
  bool LookedFlat = R.looksFlat();
  R.Total = R.Total && Steps ? std::optional(*R.Total + Bytes) : std::nullopt;
  R.IsDerived = true;
  R.IsStart = Steps && *Steps == 0;
  R.IsAddressOf = false;
  if (IsUnitStep && !R.IsCut) {
    R.IsMoved |= R.IsPointer;
    return Next::Climb;
  }
  if (!IsUnitStep)
    R.InUnit =
        R.InUnit && Steps ? std::optional(*R.InUnit + Bytes) : std::nullopt;
  int64_t From = IsUnitStep ? Bytes : R.InUnit.value_or(0);
  int64_t To = From + (R.IsPointer ? 0 : int64_t(R.Pointee));
  if (Steps && (R.InUnit || IsUnitStep) &&
      (From < 0 || To > int64_t(R.granule()))) {
    if (!R.IsPointer && From == int64_t(R.granule())) {
      R.AtEnd = Result;
      return Next::Climb;
    }
    reportBeyond(R, Result, From < 0 ? -From : To - int64_t(R.granule()));
    return Next::Done;
  }
  if (!Steps && LookedFlat) {
    warnGoodWithin(Diags, R);
    return Next::Done;
  }
  return Next::Climb;
}

// `&row[100]` of 100 elements is the end, as in plain C; `row[100]` is not.
bool EscapeCheck::isEndAccessed(Reach &R, const Stmt *Parent) {
  if (!R.AtEnd || isa<ParenExpr>(Parent))
    return false;
  auto *Op = dyn_cast<UnaryOperator>(Parent);
  if (!Op || Op->getOpcode() != UO_AddrOf)
    return true;
  R.AtEnd = nullptr;
  return false;
}

void EscapeCheck::keepEndPointer(const Reach &R, const Expr *E) {
  bool IsInCode = llvm::any_of(Parents, [](Stmt *S) { return !isa<Expr>(S); });
  if (IsInCode) {
    TuState::get().EndPointers.insert(E);
    return;
  }
  report(Diags, E->getExprLoc(), Diag::EndInInitialiser)
      << R.Object->name() << E->getSourceRange();
  report(Diags, E->getExprLoc(), Diag::AssignLater);
}

void EscapeCheck::reportBeyond(const Reach &R, const Expr *Result,
                               int64_t Bytes) {
  report(Diags, Result->getExprLoc(), Diag::StepBeyond)
      << std::to_string(Bytes) << R.Object->name() << Result->getSourceRange();
  report(Diags, Result->getExprLoc(), Diag::WriteSubscript) << R.Object->name();
  noteContiguous(R);
}

void EscapeCheck::select(Reach &R, const FieldDecl *Field, bool ByArrow) {
  R.IsPointer = false;
  R.IsDerived = true;
  R.IsStart = false;
  int64_t Offset =
      Field->isBitField()
          ? 0
          : Ctx.toCharUnitsFromBits(Ctx.getFieldOffset(Field)).getQuantity();
  if (R.InUnit)
    *R.InUnit += Offset;
  if (R.Total)
    *R.Total += Offset;
  R.Pointee = sizeOf(Ctx, Field->getType());
}

//===--- Where the pointer goes -------------------------------------------===//

// Functions that take a pointer back, or look at nothing behind it.
static bool isHarmless(const FunctionDecl *Callee) {
  static const char *const Names[] = {"free", "realloc", "mpg_free",
                                      "mpg_prefetch", "mpg_push"};
  return llvm::is_contained(Names, Callee->getName());
}

EscapeCheck::Next EscapeCheck::climbCall(Reach &R, const CallExpr *Call) {
  if (!R.IsPointer)
    return Next::Done;
  const FunctionDecl *Callee = Call->getDirectCallee();
  unsigned Index = 0;
  while (Index < Call->getNumArgs() && Call->getArg(Index) != R.At)
    ++Index;
  if (!Callee) {
    escape(R, nullptr);
    return Next::Done;
  }
  if (!Callee->getIdentifier() || isHarmless(Callee) ||
      Callee->getName().starts_with("__atomic_") ||
      Callee->getName().starts_with("__sync_"))
    return Next::Done;
  switch (Callee->getMemoryFunctionKind()) {
  case Builtin::BImemcpy:
  case Builtin::BImemmove:
  case Builtin::BImemset:
  case Builtin::BImemcmp:
    escapeToMemoryFunction(R, Call, 2);
    return Next::Done;
  default:
    break;
  }
  if (Index >= Callee->getNumParams())
    return Next::Done; // printf("%p"): a variable argument is not walked.
  for (const FunctionDecl *Decl : Callee->redecls())
    if (Index < Decl->getNumParams() &&
        sharedAllocations(Decl->getParamDecl(Index))) {
      escape(R, Decl->getParamDecl(Index));
      return Next::Done;
    }
  if (!R.isWithinUnit() && !(R.IsMoved && R.Pointee == R.unit()))
    refuse(R, Callee, false);
  else
    escape(R, nullptr);
  return Next::Done;
}

void EscapeCheck::escapeToMemoryFunction(const Reach &R, const CallExpr *Call,
                                         unsigned SizeIndex) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  std::optional<int64_t> Bytes;
  if (SizeIndex < Call->getNumArgs())
    Bytes = constant(Ctx, Call->getArg(SizeIndex));
  bool IsWhole = !R.isWithinUnit() && !R.IsMoved;
  if (Bytes && uint64_t(*Bytes) <= R.bytesAhead() && !R.IsMoved && R.Total)
    return; // All of it lies in one minipage, whichever way it was written.
  if (IsWhole)
    return refuse(R, Callee, true);
  if (!Bytes) {
    if (R.looksFlat() || R.IsMoved)
      warnGoodWithin(Diags, R);
    return;
  }
  if (uint64_t(*Bytes) <= R.bytesAhead())
    return;
  report(Diags, Call->getArg(SizeIndex)->getExprLoc(), Diag::SizeBeyond)
      << Callee->getName() << std::to_string(R.bytesAhead()) << R.Object->name()
      << R.At->getSourceRange() << Call->getArg(SizeIndex)->getSourceRange();
  report(Diags, Call->getBeginLoc(), Diag::WriteLoop) << R.Object->name();
  noteContiguous(R);
}

void EscapeCheck::refuse(const Reach &R, const FunctionDecl *Callee,
                         bool IsMemoryFunction) {
  SourceLocation Loc = R.At->getExprLoc();
  Diag Remedy =
      R.Object->TheMark.isHeap() ? Diag::SamePragma : Diag::WriteSubscript;
  if (IsMemoryFunction) {
    report(Diags, Loc, Diag::WholeCopied)
        << R.Object->name() << Callee->getName() << R.At->getSourceRange();
    Remedy = Diag::WriteLoop;
  } else if (Callee) {
    report(Diags, Loc, Diag::WholePassed)
        << R.Object->name() << Callee->getName() << R.At->getSourceRange();
    Remedy = Diag::WriteElement;
  } else {
    bool IsPart = R.IsDerived && R.Total != 0;
    report(Diags, Loc, IsPart ? Diag::RowsEscape : Diag::WholeEscapes)
        << R.Object->name() << R.At->getSourceRange();
  }
  report(Diags, Loc, Remedy) << R.Object->name();
  noteContiguous(R);
}

void EscapeCheck::escape(const Reach &R, const ValueDecl *Target) {
  std::optional<SharedObject> To;
  if (Target)
    To = sharedAllocations(Target);
  if (To && !To->isContiguous() &&
      To->TheMark.sameGeometry(R.Object->TheMark)) {
    if (!R.IsDerived)
      return; // The start of everything, to one who knows.
    report(Diags, R.At->getExprLoc(), Diag::PointerMoves)
        << Target->getName() << R.At->getSourceRange();
    report(Diags, R.At->getExprLoc(), Diag::WriteIndex) << R.Object->name();
    return;
  }
  if (R.IsMoved && R.Pointee == R.unit() && !R.IsCut)
    return warnGoodWithin(Diags, R);
  if (!R.isWithinUnit())
    return refuse(R, nullptr, false);
  const auto *Local = dyn_cast_or_null<VarDecl>(Target);
  if (Local && Local->hasLocalStorage())
    Locals.push_back({Local, R});
  else if (R.looksFlat())
    warnGoodWithin(Diags, R);
}

} // namespace millipage
