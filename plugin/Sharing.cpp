// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sharing.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace millipage {

//===--- Shapes -----------------------------------------------------------===//

static uint64_t sizeOf(const ASTContext &Ctx, QualType T) {
  if (T->isIncompleteType() || T->isFunctionType() ||
      T->isVariablyModifiedType())
    return 0;
  return Ctx.getTypeSizeInChars(T).getQuantity();
}

// The sizes of T and of what it is made of, as far as arrays go.
static void addParts(const ASTContext &Ctx, QualType T, Shape &S) {
  S.Parts.push_back(sizeOf(Ctx, T));
  while (const ArrayType *Array = Ctx.getAsArrayType(T)) {
    T = Array->getElementType();
    S.Parts.push_back(sizeOf(Ctx, T));
  }
}

static Shape shapeOfVariable(const ASTContext &Ctx, QualType T) {
  Shape S;
  S.Size = sizeOf(Ctx, T);
  const ArrayType *Array = Ctx.getAsArrayType(T);
  S.IsArray = Array != nullptr;
  addParts(Ctx, Array ? Array->getElementType() : T, S);
  return S;
}

static Shape shapeOfPointee(const ASTContext &Ctx, QualType Pointee) {
  Shape S;
  S.IsArray = true;
  addParts(Ctx, Pointee, S);
  return S;
}

//===--- Names ------------------------------------------------------------===//

// A name that a reader of a message can find: a static local is
// "function.name", a member "struct.member".
static std::string nameOf(const ValueDecl *D) {
  std::string Name = D->getName().str();
  const auto *Context = dyn_cast<NamedDecl>(D->getDeclContext());
  const auto *V = dyn_cast<VarDecl>(D);
  if (!Context || !Context->getIdentifier() || (V && V->hasExternalStorage()))
    return Name;
  return Context->getName().str() + "." + Name;
}

static std::string partsOf(const Shape &S) {
  std::string Text;
  for (uint64_t Part : S.Parts)
    Text += (Text.empty() ? "" : ",") + std::to_string(Part);
  return Text;
}

static SharedObject describe(const ValueDecl *D, const Annotation &Pragma,
                             const Shape &S, unsigned Flags) {
  SharedObject O;
  O.Decl = D;
  O.Pragma = Pragma;
  O.Error = layOut(Pragma.Grain, Pragma.Count, S, O.Geometry);

  Mark &M = O.TheMark;
  M.Flags = Flags | (O.Geometry.IsContiguous ? MPG_VAR_CONTIGUOUS : 0);
  M.Grain = Pragma.Grain;
  M.Count = Pragma.Count;
  M.Unit = O.Geometry.Unit;
  M.Element = O.Geometry.Element;
  M.Parts = partsOf(S);
  M.Name = nameOf(D);
  PresumedLoc At =
      D->getASTContext().getSourceManager().getPresumedLoc(Pragma.Pragma);
  if (At.isValid()) {
    M.Line = At.getLine();
    M.Column = At.getColumn();
    M.File = At.getFilename();
  }
  return O;
}

//===--- The policy -------------------------------------------------------===//

// What OpenMP calls threadprivate, any declaration says for all.
static bool isThreadPrivate(const VarDecl *D) {
  for (const VarDecl *Decl : D->redecls())
    if (Decl->getTLSKind() != VarDecl::TLS_None ||
        Decl->hasAttr<OMPThreadPrivateDeclAttr>())
      return true;
  return false;
}

bool isOpenMPUnit(const LangOptions &Options) {
  return Options.OpenMP && !Options.OpenMPSimd;
}

bool isImplicitlyShared(const VarDecl *D) {
  const ASTContext &Ctx = D->getASTContext();
  if (!isOpenMPUnit(Ctx.getLangOpts()) || Ctx.getLangOpts().CPlusPlus ||
      !D->hasGlobalStorage() || !D->getIdentifier() || D->isImplicit() ||
      D->getStorageClass() == SC_Register ||
      annotationOf(D->getMostRecentDecl()) ||
      Ctx.getBaseElementType(D->getType()).isConstQualified())
    return false;
  // The C library's own (stdout, environ): every host has them.
  const VarDecl *First = D->getCanonicalDecl();
  return !Ctx.getSourceManager().isInSystemHeader(First->getLocation()) &&
         !isThreadPrivate(D);
}

static std::optional<Annotation> pragmaOf(const ValueDecl *D) {
  std::optional<Annotation> Pragma = annotationOf(D);
  if (!Pragma || Pragma->isPrivate())
    return std::nullopt;
  return Pragma;
}

static bool pointsToData(QualType T) {
  return T->isPointerType() && !T->getPointeeType()->isFunctionType();
}

std::optional<SharedObject> sharedVariable(const VarDecl *D) {
  if (!D->hasGlobalStorage())
    return std::nullopt;
  std::optional<Annotation> Pragma = pragmaOf(D->getMostRecentDecl());
  unsigned Flags = D->hasExternalFormalLinkage() ? 0 : MPG_VAR_INTERNAL;
  if (!Pragma) {
    if (!isImplicitlyShared(D))
      return std::nullopt;
    Flags |= MPG_VAR_IMPLICIT;
    Pragma.emplace();
    Pragma->Pragma = Pragma->Clause = D->getCanonicalDecl()->getLocation();
  }
  // The clause of a pointer describes what it points to; the pointer itself
  // is one small variable.
  if (pointsToData(D->getType())) {
    Pragma->Grain = MPG_GRAIN_DEFAULT;
    Pragma->Count = 0;
  }
  const VarDecl *Best = D->getDefinition();
  if (!Best)
    Best = D->getMostRecentDecl();
  return describe(D, *Pragma,
                  shapeOfVariable(D->getASTContext(), Best->getType()), Flags);
}

std::optional<SharedObject> sharedAllocations(const ValueDecl *D) {
  if (!pointsToData(D->getType()))
    return std::nullopt;
  const auto *V = dyn_cast<VarDecl>(D);
  std::optional<Annotation> Pragma = pragmaOf(V ? V->getMostRecentDecl() : D);
  if (!Pragma)
    return std::nullopt;
  Shape S = shapeOfPointee(D->getASTContext(), D->getType()->getPointeeType());
  return describe(
      D, *Pragma, S,
      MPG_VAR_HEAP |
          (D->hasExternalFormalLinkage() && V ? 0 : MPG_VAR_INTERNAL));
}

const ValueDecl *annotatedPointer(const Expr *E) {
  E = E->IgnoreParens();
  const ValueDecl *D = nullptr;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    D = Ref->getDecl();
  else if (const auto *Member = dyn_cast<MemberExpr>(E))
    D = Member->getMemberDecl();
  return D && sharedAllocations(D) ? D : nullptr;
}

//===--- Addresses --------------------------------------------------------===//

const Expr *baseOfAddress(const Expr *E) {
  for (;;) {
    E = E->IgnoreParenCasts();
    if (auto *Subscript = dyn_cast<ArraySubscriptExpr>(E))
      E = Subscript->getBase();
    else if (auto *Op = dyn_cast<UnaryOperator>(E);
             Op && Op->getOpcode() == UO_AddrOf)
      E = Op->getSubExpr();
    else if (auto *Member = dyn_cast<MemberExpr>(E);
             Member && !Member->isArrow() && !annotatedPointer(Member))
      E = Member->getBase();
    else if (auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAdditiveOp())
      E = Op->getLHS()->getType()->isPointerType() ? Op->getLHS()
                                                   : Op->getRHS();
    else
      return E;
  }
}

bool isScattered(const Expr *E) {
  const Expr *Base = baseOfAddress(E);
  if (const ValueDecl *Pointer = annotatedPointer(Base))
    return !sharedAllocations(Pointer)->isContiguous();
  auto *Ref = dyn_cast<DeclRefExpr>(Base);
  auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  std::optional<SharedObject> O = V ? sharedVariable(V) : std::nullopt;
  return O && !O->isContiguous();
}

} // namespace millipage
