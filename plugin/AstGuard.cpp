// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AstGuard.h"
#include "AstMark.h"
#include "Compat.h"
#include "Mark.h"
#include "Sharing.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Mangle.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;
using namespace llvm;

namespace millipage {

//===--- Variables for the IR half ----------------------------------------===//

Expr *AstGuard::addressOf(ValueDecl *D) {
  SourceLocation None;
  Expr *Ref = DeclRefExpr::Create(Ctx, NestedNameSpecifierLoc(), None, D,
                                  /*RefersToEnclosing=*/false, None,
                                  D->getType(), VK_LValue);
  QualType Pointer = Ctx.getPointerType(D->getType());
  Expr *Address = D->getType()->isFunctionType()
                      ? static_cast<Expr *>(ImplicitCastExpr::Create(
                            Ctx, Pointer, CK_FunctionToPointerDecay, Ref,
                            nullptr, VK_PRValue, FPOptionsOverride()))
                      : clang::UnaryOperator::Create(
                            Ctx, Ref, UO_AddrOf, Pointer, VK_PRValue,
                            OK_Ordinary, None, false, FPOptionsOverride());
  return ImplicitCastExpr::Create(Ctx, Ctx.VoidPtrTy, CK_BitCast, Address,
                                  nullptr, VK_PRValue, FPOptionsOverride());
}

// The variable goes to code generation only and not into the unit: it must
// not be stored in a precompiled header.
void AstGuard::emitVariable(StringRef Name, StringRef Section, Expr *Init) {
  SourceLocation None;
  VarDecl *V =
      VarDecl::Create(Ctx, Ctx.getTranslationUnitDecl(), None, None,
                      &Ctx.Idents.get(Name), Ctx.VoidPtrTy, nullptr, SC_Static);
  V->setInit(Init);
  V->setImplicit();
  V->addAttr(UsedAttr::CreateImplicit(Ctx));
  if (!Section.empty())
    V->addAttr(SectionAttr::CreateImplicit(Ctx, Section));
  CodeGen.HandleTopLevelDecl(DeclGroupRef(V));
}

void AstGuard::emitGuard() {
  SourceLocation None;
  QualType Type = Ctx.getFunctionType(Ctx.VoidTy, {}, {});
  auto *Target =
      FunctionDecl::Create(Ctx, Ctx.getTranslationUnitDecl(), None, None,
                           DeclarationName(&Ctx.Idents.get(names::GuardTarget)),
                           Type, nullptr, SC_Extern);
  emitVariable(names::Guard, "", addressOf(Target));
}

void AstGuard::emitLateMarks(const AstMark &Marks) {
  unsigned Number = 0;
  for (const VarDecl *V : Marks.Late) {
    std::optional<SharedObject> O = sharedVariable(V);
    emitVariable((names::Late + Twine('.') + Twine(Number++)).str(),
                 O ? O->TheMark.encode() : names::NotShared,
                 addressOf(const_cast<VarDecl *>(V)));
  }
}

//===--- Warnings for the linker ------------------------------------------===//

// GNU ld prints the text of section .gnu.warning.SYMBOL wherever SYMBOL is
// referenced, together with the place of the reference.  A shared variable
// `x` has the symbol `x.mpg` and no symbol `x`, so that units which disagree
// do not link; the text says why.  It stands with definitions only: ld does
// not look at the references of the unit that defines a symbol.
void AstGuard::emitLinkWarning(StringRef Symbol, StringRef Text) {
  std::string Asm;
  raw_string_ostream OS(Asm);
  OS << ".pushsection \".gnu.warning." << Symbol << "\",\"\",@progbits\n"
     << ".ascii \"";
  OS.write_escaped(Text) << "\"\n.popsection";
  SourceLocation None;
  Decl *D = FileScopeAsmDecl::Create(Ctx, Ctx.getTranslationUnitDecl(),
                                     compat::stringLiteral(Ctx, OS.str()), None,
                                     None);
  CodeGen.HandleTopLevelDecl(DeclGroupRef(D));
}

static std::string placeOf(const ASTContext &Ctx, SourceLocation Loc) {
  PresumedLoc At = Ctx.getSourceManager().getPresumedLoc(Loc);
  return (Twine(At.getFilename()) + ":" + Twine(At.getLine())).str();
}

static bool isDefinedHere(const VarDecl *V) {
  for (const VarDecl *Decl : V->redecls())
    if (Decl->isThisDeclarationADefinition() != VarDecl::DeclarationOnly)
      return true;
  return false;
}

static std::string mainFileOf(const SourceManager &SM) {
  auto File = SM.getFileEntryRefForID(SM.getMainFileID());
  return File ? File->getName().str() : "this unit";
}

void AstGuard::warnAbout(const VarDecl *V, StringRef Symbol) {
  const SourceManager &SM = Ctx.getSourceManager();
  std::string Name = "'" + V->getName().str() + "'";
  if (std::optional<SharedObject> O = sharedVariable(V)) {
    bool IsImplicit = O->TheMark.isImplicit();
    emitLinkWarning(Symbol,
                    Name + " is shared by " + mainFileOf(SM) +
                        (IsImplicit ? ", an OpenMP unit, as declared at "
                                    : ", by the pragma at ") +
                        placeOf(Ctx, O->Pragma.Pragma) +
                        (IsImplicit ? ", but this unit was not compiled by "
                                      "millicc -fopenmp"
                                    : ", but this unit saw no pragma for it: "
                                      "include the header that has it"));
    return;
  }
  if (SM.isInSystemHeader(V->getLocation()) ||
      Ctx.getBaseElementType(V->getType()).isConstQualified())
    return;
  emitLinkWarning((Symbol + ".mpg").str(),
                  Name + " is shared by this unit, but not by " +
                      mainFileOf(SM) + ", which saw no pragma before " +
                      placeOf(Ctx, V->getLocation()) +
                      ": include the header that has the pragma there");
}

void AstGuard::emitLinkWarnings() {
  ASTNameGenerator Names(Ctx);
  for (const Decl *D : Ctx.getTranslationUnitDecl()->decls()) {
    const auto *V = dyn_cast<VarDecl>(D);
    if (!V || !V->isFirstDecl() || !V->hasExternalFormalLinkage() ||
        V->getTLSKind() != VarDecl::TLS_None || !isDefinedHere(V))
      continue;
    std::string Symbol = Names.getName(V);
    warnAbout(V, StringRef(Symbol).ltrim('\1'));
  }
}

} // namespace millipage
