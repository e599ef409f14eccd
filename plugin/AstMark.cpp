// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstMark.h"
#include "Compat.h"
#include "Diagnostics.h"
#include "Sharing.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;
using namespace llvm;

namespace millipage {

static std::optional<Mark> markOf(const VarDecl *V) {
  auto *Section = V->getAttr<SectionAttr>();
  return Section ? Mark::decode(Section->getName()) : std::nullopt;
}

class AstMark::Visitor : public RecursiveASTVisitor<AstMark::Visitor> {
  AstMark &Marks;

public:
  explicit Visitor(AstMark &Marks) : Marks(Marks) {}
  bool VisitDeclaratorDecl(DeclaratorDecl *D) {
    Marks.mark(D, /*IsSeen=*/false);
    return true;
  }
  // `int x = 1;` was shared when it came; now its threadprivate follows.
  bool VisitOMPThreadPrivateDecl(OMPThreadPrivateDecl *D) {
    for (Expr *E : compat::variablesOf(D))
      if (auto *Ref = dyn_cast<DeclRefExpr>(E))
        if (auto *V = dyn_cast<VarDecl>(Ref->getDecl()))
          Marks.unmark(V, !V->isStaticLocal());
    return true;
  }
};

void AstMark::markTopLevel(Decl *D) { Visitor(*this).TraverseDecl(D); }

void AstMark::markListed(ValueDecl *D) {
  auto *V = dyn_cast<VarDecl>(D);
  // A static local is emitted with its function, which is not finished.
  mark(D, V && V->hasGlobalStorage() && !V->isStaticLocal());
}

void AstMark::mark(ValueDecl *D, bool IsSeen) {
  std::optional<Annotation> Pragma = annotationOf(D);
  auto *V = dyn_cast<VarDecl>(D);
  if (!Pragma) {
    if (V && isImplicitlyShared(V))
      markImplicit(V);
    return;
  }
  if (!checkAgreement(D))
    return;
  if (Pragma->isPrivate()) {
    if (V && checkNotUsed(V, IsSeen))
      unmark(V, IsSeen);
    return;
  }
  if (!checkLayout(D))
    return;
  if (V && V->hasGlobalStorage() && checkSymbol(V) && checkNotUsed(V, IsSeen))
    markVariable(V, IsSeen);
}

void AstMark::markVariable(VarDecl *V, bool IsSeen) {
  Variables.insert(V->getCanonicalDecl());
  std::string Text = sharedVariable(V)->TheMark.encode();
  for (VarDecl *Decl : V->redecls()) {
    auto *Old = Decl->getAttr<SectionAttr>();
    bool WasMarked = Old && Old->getName() == Text;
    bool WasSeen = IsSeen || Decl != V;
    if (WasSeen && !WasMarked &&
        Decl->isThisDeclarationADefinition() == VarDecl::Definition)
      Late.insert(V->getCanonicalDecl());
    if (WasMarked)
      continue;
    Decl->dropAttr<SectionAttr>();
    Decl->addAttr(SectionAttr::CreateImplicit(Ctx, Text));
  }
}

// Takes an implicit mark back.
void AstMark::unmark(VarDecl *V, bool IsSeen) {
  for (VarDecl *Decl : V->redecls()) {
    if (!markOf(Decl))
      continue;
    Decl->dropAttr<SectionAttr>();
    bool WasSeen = IsSeen || Decl != V;
    if (WasSeen && Decl->isThisDeclarationADefinition() == VarDecl::Definition)
      Late.insert(V->getCanonicalDecl());
  }
  Variables.remove(V->getCanonicalDecl());
}

void AstMark::markImplicit(VarDecl *V) {
  const char *Why = nullptr;
  auto *Section = V->getAttr<SectionAttr>();
  if (Section && !Mark::decode(Section->getName()))
    Why = "in a section of its own";
  else if (V->hasAttr<AliasAttr>())
    Why = "an alias of another symbol";
  else if (V->hasAttr<WeakAttr>() || V->hasAttr<WeakRefAttr>())
    Why = "weak";
  if (!Why)
    return markVariable(V, /*IsSeen=*/false);
  DiagnosticsEngine &Diags = Ctx.getDiagnostics();
  report(Diags, V->getLocation(), Diag::ImplicitSymbol) << V->getName() << Why;
  report(Diags, V->getLocation(), Diag::MakePrivate) << V->getName();
}

bool AstMark::checkAgreement(const ValueDecl *D) {
  Annotation First;
  std::optional<Annotation> Second = conflictingAnnotation(D, First);
  if (!Second)
    return true;
  DiagnosticsEngine &Diags = Ctx.getDiagnostics();
  bool IsGrain = First.isPrivate() == Second->isPrivate();
  report(Diags, Second->Clause,
         IsGrain ? Diag::Disagreement : Diag::SharedAndPrivate)
      << D->getName();
  report(Diags, First.Clause, Diag::EarlierPragma);
  report(Diags, Second->Pragma, Diag::OneDeclarationEnough);
  return false;
}

// Code that used the variable may have been generated already, for the plain
// variable; so the pragma must come first, as OpenMP's threadprivate must.
bool AstMark::checkNotUsed(const VarDecl *V, bool IsSeen) {
  if (V->isStaticLocal())
    return true;
  for (const VarDecl *Decl = IsSeen ? V : V->getPreviousDecl(); Decl;
       Decl = Decl->getPreviousDecl()) {
    std::optional<Mark> Known = markOf(Decl);
    if (Known && !Known->isImplicit())
      return true;
    if (!Decl->isReferenced() && !Decl->isUsed(false))
      continue;
    bool IsPrivate = annotationOf(V)->isPrivate();
    if (IsPrivate && !Known)
      return true; // It was private anyway.
    DiagnosticsEngine &Diags = Ctx.getDiagnostics();
    report(Diags, annotationOf(V)->Pragma,
           IsPrivate ? Diag::UsedBeforePrivate : Diag::UsedBefore)
        << V->getName();
    report(Diags, Decl->getLocation(), Diag::MovePragma);
    return false;
  }
  return true;
}

// What the linker knows of the variable beyond its name.  Here and not with
// the attribute, because other attributes may come after ours.
bool AstMark::checkSymbol(const VarDecl *V) {
  std::optional<Diag> Why;
  auto *Section = V->getAttr<SectionAttr>();
  if (Section && !Mark::decode(Section->getName()))
    Why = Diag::OwnSection;
  else if (V->hasAttr<AliasAttr>())
    Why = Diag::AliasedVariable;
  else if (V->hasAttr<WeakAttr>() || V->hasAttr<WeakRefAttr>())
    Why = Diag::WeakVariable;
  if (!Why)
    return true;
  DiagnosticsEngine &Diags = Ctx.getDiagnostics();
  report(Diags, V->getLocation(), *Why) << V->getName();
  report(Diags, annotationOf(V)->Pragma, Diag::RemoveAttribute);
  return false;
}

static std::string typeNameOf(const ValueDecl *D, const ASTContext &Ctx) {
  QualType T = D->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  return "'" + T.getAsString(Ctx.getPrintingPolicy()) + "'";
}

bool AstMark::checkLayout(const ValueDecl *D) {
  std::optional<SharedObject> O = sharedAllocations(D);
  auto *V = dyn_cast<VarDecl>(D);
  if (!O && V)
    O = sharedVariable(V);
  if (!O || O->Error == LayoutError::None)
    return true;
  DiagnosticsEngine &Diags = Ctx.getDiagnostics();
  SourceLocation Loc = O->Pragma.Clause;
  switch (O->Error) {
  case LayoutError::None:
    break;
  case LayoutError::Zero:
    report(Diags, Loc, Diag::CountZero) << D->getName();
    report(Diags, Loc, Diag::GranularityWords);
    break;
  case LayoutError::NotMultiple: {
    QualType T = D->getType();
    if (T->isPointerType() && O->TheMark.isHeap())
      T = T->getPointeeType();
    unsigned Bytes =
        Ctx.getTypeSizeInChars(Ctx.getBaseElementType(T)).getQuantity();
    report(Diags, Loc, Diag::CountSplits)
        << D->getName() << std::to_string(O->Pragma.Count) << Bytes;
    report(Diags, Loc, Diag::WriteMultiple) << Bytes;
    break;
  }
  case LayoutError::UnknownElement:
    report(Diags, Loc, Diag::UnknownElement)
        << D->getName() << typeNameOf(D, Ctx);
    report(Diags, Loc, Diag::UseContiguous);
    break;
  case LayoutError::TooLarge:
    report(Diags, Loc, Diag::CountTooLarge) << D->getName();
    report(Diags, Loc, Diag::GranularityWords);
    break;
  }
  return false;
}

} // namespace millipage
