// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstFlow.h"
#include "Sharing.h"
#include "clang/AST/OpenMPClause.h"
#include "clang/AST/Stmt.h"
#include "clang/AST/StmtOpenMP.h"
#include "llvm/ADT/StringSwitch.h"
#include <iterator>

using namespace clang;

namespace millipage {

// What a clause computes before the region, and what it names.
static void forEachInClause(OMPClause *Clause,
                            llvm::function_ref<void(Stmt *&)> Fn) {
  if (auto *Before = OMPClauseWithPreInit::get(Clause))
    if (auto *S = const_cast<Stmt *>(Before->getPreInitStmt()))
      Fn(S);
  for (Stmt *&Child : Clause->children())
    Fn(Child);
}

// A captured statement's own children are what is captured.
void forEachChild(Stmt *S, llvm::function_ref<void(Stmt *&)> Fn) {
  if (auto *Captured = dyn_cast<CapturedStmt>(S)) {
    Stmt *Body = Captured->getCapturedStmt();
    return Fn(Body);
  }
  if (auto *Directive = dyn_cast<OMPExecutableDirective>(S))
    for (OMPClause *Clause : Directive->clauses())
      if (Clause)
        forEachInClause(Clause, Fn);
  for (Stmt *&Child : S->children())
    Fn(Child);
}

// Children are handed out as references, so that they can be replaced.
static Stmt *&child(Stmt *Parent, unsigned Index) {
  return *std::next(Parent->child_begin(), Index);
}

//===--- Flows ------------------------------------------------------------===//

void forEachFlow(VarDecl *V, FlowFn Fn) {
  if (V->hasInit() && !isa<ParmVarDecl>(V) && sharedAllocations(V))
    Fn(V, *V->getInitAddress());
}

static void forEachMemberInit(InitListExpr *List, FlowFn Fn) {
  const auto *Record = List->getType()->getAs<RecordType>();
  if (!Record || Record->isUnionType())
    return;
  unsigned Index = 0;
  for (const FieldDecl *Field : Record->getDecl()->fields()) {
    if (!Field->getIdentifier() && Field->isBitField())
      continue; // Has no initialiser.
    if (Index >= List->getNumInits())
      return;
    if (sharedAllocations(Field) && List->getInit(Index))
      Fn(Field, child(List, Index));
    ++Index;
  }
}

static void forEachArgument(CallExpr *Call, FlowFn Fn) {
  FunctionDecl *Callee = Call->getDirectCallee();
  if (!Callee)
    return;
  // The redeclaration with the pragma may be any of them.
  for (const FunctionDecl *Decl : Callee->redecls())
    for (unsigned I = 0; I < Decl->getNumParams() && I < Call->getNumArgs();
         ++I) {
      const ParmVarDecl *Parameter = Decl->getParamDecl(I);
      bool IsFirst = true;
      for (const FunctionDecl *Other = Decl->getPreviousDecl(); Other;
           Other = Other->getPreviousDecl())
        IsFirst &= I >= Other->getNumParams() ||
                   !sharedAllocations(Other->getParamDecl(I));
      if (IsFirst && sharedAllocations(Parameter))
        Fn(Parameter, child(Call, I + 1)); // The callee is child 0.
    }
}

void forEachFlow(Stmt *S, FlowFn Fn) {
  if (auto *Assign = dyn_cast<BinaryOperator>(S)) {
    if (Assign->getOpcode() == BO_Assign)
      if (const ValueDecl *Pointer = annotatedPointer(Assign->getLHS()))
        Fn(Pointer, child(Assign, 1));
  } else if (auto *Decls = dyn_cast<DeclStmt>(S)) {
    for (Decl *D : Decls->decls())
      if (auto *V = dyn_cast<VarDecl>(D))
        forEachFlow(V, Fn);
  } else if (auto *Call = dyn_cast<CallExpr>(S)) {
    forEachArgument(Call, Fn);
  } else if (auto *List = dyn_cast<InitListExpr>(S)) {
    forEachMemberInit(List, Fn);
  }
}

//===--- Sources ----------------------------------------------------------===//

void forEachSource(Stmt *&Source, llvm::function_ref<void(Stmt *&)> Fn) {
  Stmt *S = Source;
  if (isa<ParenExpr>(S) ||
      (isa<CastExpr>(S) &&
       cast<CastExpr>(S)->getCastKind() != CK_LValueToRValue &&
       cast<CastExpr>(S)->getCastKind() != CK_ArrayToPointerDecay &&
       cast<CastExpr>(S)->getCastKind() != CK_NullToPointer))
    return forEachSource(child(S, 0), Fn);
  if (isa<ConditionalOperator>(S)) {
    forEachSource(child(S, 1), Fn);
    return forEachSource(child(S, 2), Fn);
  }
  if (auto *Binary = dyn_cast<BinaryOperator>(S))
    if (Binary->getOpcode() == BO_Comma ||
        (Binary->getOpcode() == BO_Assign &&
         !annotatedPointer(Binary->getLHS())))
      return forEachSource(child(S, 1), Fn);
  if (auto *Block = dyn_cast<StmtExpr>(S)) {
    Stmt *&Body = child(Block, 0);
    if (!cast<CompoundStmt>(Body)->body_empty())
      return forEachSource(child(Body, cast<CompoundStmt>(Body)->size() - 1),
                           Fn);
  }
  Fn(Source);
}

Allocation allocationOf(const Stmt *S) {
  const auto *Call = dyn_cast<CallExpr>(S);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  if (!Callee || !Callee->getIdentifier())
    return Allocation::None;
  llvm::StringRef Name = Callee->getName();
  Name.consume_front("__builtin_");
  auto [Kind, Arguments] =
      llvm::StringSwitch<std::pair<Allocation, unsigned>>(Name)
          .Case("malloc", {Allocation::Malloc, 1})
          .Case("calloc", {Allocation::Calloc, 2})
          .Case("realloc", {Allocation::Realloc, 2})
          .Case("aligned_alloc", {Allocation::AlignedAlloc, 2})
          .Default({Allocation::None, 0});
  // A program may have a function of its own by such a name.
  bool IsLibrary = Callee->hasExternalFormalLinkage() &&
                   Call->getNumArgs() == Arguments &&
                   Call->getType()->isVoidPointerType();
  return IsLibrary ? Kind : Allocation::None;
}

} // namespace millipage
