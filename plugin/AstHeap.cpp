// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstHeap.h"
#include "AstFlow.h"
#include "Compat.h"
#include "Sharing.h"
#include "TuState.h"

using namespace clang;

namespace millipage {

class AstHeap::Rewriter {
  AstHeap &Heap;
  ASTContext &Ctx;

public:
  explicit Rewriter(AstHeap &Heap) : Heap(Heap), Ctx(Heap.Ctx) {}

  void rewriteInitialiser(VarDecl *V) { forEachFlow(V, allocationsReplaced()); }

  /// Rewrites below Place, then Place itself, which may get another tree.
  void rewrite(Stmt *&Place) {
    Stmt *S = Place;
    if (!S || isa<UnaryExprOrTypeTraitExpr>(S))
      return; // sizeof does not evaluate.
    forEachFlow(S, allocationsReplaced());
    forEachChild(S, [this](Stmt *&Child) { rewrite(Child); });
    if (auto *Cast = dyn_cast<ImplicitCastExpr>(S))
      if (Cast->getCastKind() == CK_LValueToRValue)
        markPointer(Cast, Place);
    auto *E = dyn_cast<Expr>(S);
    if (E && TuState::get().EndPointers.count(E))
      Place = convert(call(names::EndPointer, {Ctx.VoidPtrTy},
                           {convert(E, Ctx.VoidPtrTy)}, E->getExprLoc()),
                      E->getType());
  }

private:
  struct Replace {
    Rewriter *Self;
    void operator()(const ValueDecl *Pointer, Stmt *&Source) const {
      std::string Mark = sharedAllocations(Pointer)->TheMark.encode();
      forEachSource(Source, [&](Stmt *&Leaf) {
        Allocation Kind = allocationOf(Leaf);
        if (Kind != Allocation::None)
          Leaf = Self->allocationCall(Kind, Mark, cast<CallExpr>(Leaf));
      });
    }
  };
  Replace allocationsReplaced() { return {this}; }

  // The value of an annotated pointer: here the geometry of its allocation
  // begins.  A contiguous one needs no mark.
  void markPointer(ImplicitCastExpr *Value, Stmt *&Place) {
    const ValueDecl *Pointer = annotatedPointer(Value->getSubExpr());
    if (!Pointer)
      return;
    std::optional<SharedObject> O = sharedAllocations(Pointer);
    if (O->isContiguous())
      return;
    Expr *Arguments[] = {convert(Value, Ctx.VoidPtrTy),
                         markLiteral(O->TheMark.encode())};
    Place = convert(call(names::HeapPointer, {Ctx.VoidPtrTy, charPointer()},
                         Arguments, Value->getExprLoc()),
                    Value->getType());
  }

  Expr *allocationCall(Allocation Kind, const std::string &Mark,
                       CallExpr *Old) {
    static const char *const Names[] = {"", names::HeapMalloc,
                                        names::HeapCalloc, names::HeapRealloc,
                                        names::HeapAlignedAlloc};
    QualType Size = Ctx.getSizeType();
    QualType First = Kind == Allocation::Realloc ? Ctx.VoidPtrTy : Size;
    llvm::SmallVector<QualType, 3> Types = {charPointer(), First};
    if (Old->getNumArgs() == 2)
      Types.push_back(Size);
    llvm::SmallVector<Expr *, 3> Arguments = {markLiteral(Mark)};
    Arguments.append(Old->arg_begin(), Old->arg_end());
    return call(Names[static_cast<unsigned>(Kind)], Types, Arguments,
                Old->getExprLoc());
  }

  //===--- Building expressions -------------------------------------------===//

  QualType charPointer() { return Ctx.getPointerType(Ctx.CharTy.withConst()); }

  Expr *convert(Expr *E, QualType To) {
    if (Ctx.hasSameType(E->getType(), To))
      return E;
    return ImplicitCastExpr::Create(Ctx, To, CK_BitCast, E, nullptr, VK_PRValue,
                                    FPOptionsOverride());
  }

  Expr *markLiteral(const std::string &Text) {
    Expr *Literal = compat::stringLiteral(Ctx, Text);
    return ImplicitCastExpr::Create(Ctx, charPointer(), CK_ArrayToPointerDecay,
                                    Literal, nullptr, VK_PRValue,
                                    FPOptionsOverride());
  }

  Expr *call(const char *Name, llvm::ArrayRef<QualType> Types,
             llvm::ArrayRef<Expr *> Arguments, SourceLocation Loc) {
    Heap.Rewritten = true;
    QualType Type = Ctx.getFunctionType(Ctx.VoidPtrTy, Types, {});
    FunctionDecl *&Callee = Heap.Markers[Name];
    if (!Callee) {
      Callee = FunctionDecl::Create(
          Ctx, Ctx.getTranslationUnitDecl(), SourceLocation(), SourceLocation(),
          DeclarationName(&Ctx.Idents.get(Name)), Type, nullptr, SC_Extern);
      Callee->setImplicit();
      llvm::SmallVector<ParmVarDecl *, 3> Parameters;
      for (QualType T : Types)
        Parameters.push_back(ParmVarDecl::Create(Ctx, Callee, SourceLocation(),
                                                 SourceLocation(), nullptr, T,
                                                 nullptr, SC_None, nullptr));
      Callee->setParams(Parameters);
    }
    Expr *Ref =
        DeclRefExpr::Create(Ctx, NestedNameSpecifierLoc(), SourceLocation(),
                            Callee, false, Loc, Type, VK_LValue);
    Ref = ImplicitCastExpr::Create(Ctx, Ctx.getPointerType(Type),
                                   CK_FunctionToPointerDecay, Ref, nullptr,
                                   VK_PRValue, FPOptionsOverride());
    return CallExpr::Create(Ctx, Ref, Arguments, Ctx.VoidPtrTy, VK_PRValue, Loc,
                            FPOptionsOverride());
  }
};

void AstHeap::rewrite(Decl *D) {
  Rewriter R(*this);
  if (auto *V = dyn_cast<VarDecl>(D))
    return R.rewriteInitialiser(V);
  auto *F = dyn_cast<FunctionDecl>(D);
  if (!F || !F->isThisDeclarationADefinition() || !F->hasBody())
    return;
  Stmt *Body = F->getBody();
  R.rewrite(Body);
}

} // namespace millipage
