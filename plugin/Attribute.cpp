// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 2: what Clang's parser makes of the tokens of step 1.  Evaluates the
// count, checks that the declaration is of a kind that can be shared, and
// keeps the pragma as an AnnotateAttr.  Checks that need the complete type
// are step 3's (AstMark), because `double a[] = {...}` has none yet.
#include "Attribute.h"
#include "Diagnostics.h"
#include "TuState.h"
#include "millipage/abi.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"

using namespace clang;
using namespace llvm;

namespace millipage {

//===--- The pragma as kept on a declaration ------------------------------===//

static constexpr char AnnotationPrefix[] = "millipage.shared:";

static std::optional<Annotation> decode(const AnnotateAttr &A) {
  StringRef Text = A.getAnnotation();
  Annotation Result;
  if (!Text.consume_front(AnnotationPrefix))
    return std::nullopt;
  auto [Grain, Count] = Text.split(':');
  if (Grain.getAsInteger(10, Result.Grain) ||
      Count.getAsInteger(10, Result.Count))
    return std::nullopt;
  Result.Pragma = A.getRange().getBegin();
  Result.Clause = A.getRange().getEnd();
  return Result;
}

std::optional<Annotation> annotationOf(const Decl *D) {
  for (const auto *A : D->specific_attrs<AnnotateAttr>())
    if (auto Found = decode(*A))
      return Found;
  return std::nullopt;
}

std::optional<Annotation> conflictingAnnotation(const Decl *D,
                                                Annotation &First) {
  std::optional<Annotation> Inherited, Own;
  for (const auto *A : D->specific_attrs<AnnotateAttr>()) {
    std::optional<Annotation> Found = decode(*A);
    if (!Found)
      continue;
    if (A->isInherited() ? !Inherited : !Own) {
      (A->isInherited() ? Inherited : Own) = Found;
      continue;
    }
    if (!A->isInherited() && !(*Found == *Own)) {
      // Attributes do not come in the order of the source.
      bool IsSecond = Own->Pragma < Found->Pragma;
      First = IsSecond ? *Own : *Found;
      return IsSecond ? Found : Own;
    }
  }
  if (!Inherited || !Own || *Inherited == *Own)
    return std::nullopt;
  First = *Inherited;
  return Own;
}

void reportUnattached(DiagnosticsEngine &Diags, SourceLocation Pragma) {
  // The location is that of the directive's word.
  const char *At = Diags.getSourceManager().getCharacterData(Pragma);
  StringRef Word = StringRef(At).starts_with("private") ? "private" : "shared";
  report(Diags, Pragma, Diag::NoDeclaration) << Word;
  report(Diags, Pragma, Diag::UseListForm) << Word;
}

//===--- Receiving the attribute ------------------------------------------===//

namespace {

class SharedAttribute : public ParsedAttrInfo {
public:
  SharedAttribute() {
    static constexpr Spelling Names[] = {{ParsedAttr::AS_GNU, AttributeName}};
    Spellings = Names;
    NumArgs = 2;
    OptArgs = 15; // Any number: the names of a list.
  }

  AttrHandling handleDeclAttribute(Sema &S, Decl *D,
                                   const ParsedAttr &Attr) const override {
    TuState::get().attach(Attr.getLoc());
    return Receiver(S, Attr).receive(D) ? AttributeApplied
                                        : AttributeNotApplied;
  }

  bool diagAppertainsToStmt(Sema &S, const ParsedAttr &Attr,
                            const Stmt *) const override {
    TuState::get().attach(Attr.getLoc());
    reportUnattached(S.getDiagnostics(), Attr.getLoc());
    return false;
  }

private:
  class Receiver {
    Sema &S;
    const ParsedAttr &Attr;
    DiagnosticsEngine &Diags;
    Annotation Pragma;

  public:
    Receiver(Sema &S, const ParsedAttr &Attr)
        : S(S), Attr(Attr), Diags(S.getDiagnostics()) {
      Pragma.Pragma = Pragma.Clause = Attr.getLoc();
    }

    bool receive(Decl *D) {
      if (S.getLangOpts().CPlusPlus) {
        report(Diags, Attr.getLoc(), Diag::NotC);
        return false;
      }
      if (Attr.getNumArgs() == 2)
        return annotate(D);
      bool AllGood = true;
      for (unsigned I = 2; I < Attr.getNumArgs(); ++I)
        AllGood &=
            annotateListed(cast<clang::StringLiteral>(Attr.getArgAsExpr(I)));
      return AllGood;
    }

  private:
    bool annotateListed(const clang::StringLiteral *Name) {
      SourceLocation Loc = S.getSourceManager().getFileLoc(Name->getBeginLoc());
      NamedDecl *Found = S.LookupSingleName(
          S.getCurScope(), &S.Context.Idents.get(Name->getString()), Loc,
          Sema::LookupOrdinaryName);
      auto *Variable = dyn_cast_or_null<VarDecl>(Found);
      if (!Variable) {
        report(Diags, Loc, Diag::UndeclaredName) << Name->getString();
        report(Diags, Loc, Diag::ListAfterDeclaration);
        return false;
      }
      if (!annotate(Variable))
        return false;
      TuState::get().Listed.push_back(Variable);
      return true;
    }

    bool annotate(Decl *D) {
      auto *Value = dyn_cast<ValueDecl>(D);
      if (!Value || !(isa<VarDecl>(Value) || isa<FieldDecl>(Value))) {
        auto *Named = dyn_cast<NamedDecl>(D);
        report(Diags, Attr.getLoc(), Diag::NotAVariable)
            << (Named ? Named->getName() : "this");
        return false;
      }
      if (!evaluateCount(Value))
        return false;
      if (!(Pragma.isPrivate() ? checkPrivate(Value) : checkKind(Value)))
        return false;
      std::string Text = AnnotationPrefix + std::to_string(Pragma.Grain) + ":" +
                         std::to_string(Pragma.Count);
      Value->addAttr(
          AnnotateAttr::Create(S.Context, Text, nullptr, 0,
                               SourceRange(Pragma.Pragma, Pragma.Clause)));
      return true;
    }

    bool evaluateCount(const ValueDecl *D) {
      const Expr *Grain = Attr.getArgAsExpr(0), *Count = Attr.getArgAsExpr(1);
      Pragma.Grain =
          unsigned(Grain->getIntegerConstantExpr(S.Context)->getZExtValue());
      bool IsCounted =
          Pragma.Grain == MPG_GRAIN_BYTES || Pragma.Grain == MPG_GRAIN_ELEMENT;
      if (!IsCounted)
        return true;
      if (!isa<ParenExpr>(Count)) { // Ours: `element` without a number.
        Pragma.Count = 1;
        return true;
      }
      Count = cast<ParenExpr>(Count)->getSubExpr();
      Pragma.Clause = S.getSourceManager().getFileLoc(Count->getBeginLoc());
      return evaluate(D, Count);
    }

    bool evaluate(const ValueDecl *D, const Expr *Count) {
      Expr::EvalResult Value;
      if (!Count->getType()->isIntegerType() ||
          !Count->isIntegerConstantExpr(S.Context) ||
          !Count->EvaluateAsInt(Value, S.Context)) {
        report(Diags, Count->getExprLoc(), Diag::CountNotConstant)
            << D->getName() << Count->getSourceRange();
        report(Diags, Count->getExprLoc(), Diag::WriteConstant);
        return false;
      }
      APSInt Number = Value.Val.getInt();
      if (Number.isSigned() && Number.isNegative()) {
        report(Diags, Count->getExprLoc(), Diag::CountNegative)
            << D->getName() << toString(Number, 10) << Count->getSourceRange();
        return false;
      }
      Pragma.Count = Number.getLimitedValue();
      return true;
    }

    bool refuse(const ValueDecl *D, Diag Why, Diag Remedy,
                StringRef Argument = "") {
      report(Diags, D->getLocation(), Why) << D->getName();
      if (Argument.empty())
        report(Diags, Pragma.Pragma, Remedy);
      else
        report(Diags, Pragma.Pragma, Remedy) << Argument;
      return false;
    }

    bool checkPrivate(const ValueDecl *D) {
      auto *V = dyn_cast<VarDecl>(D);
      return (V && V->hasGlobalStorage()) ||
             refuse(D, Diag::PrivateAutomatic, Diag::RemovePragma);
    }

    bool checkKind(const ValueDecl *D) {
      bool IsPointer = D->getType()->isPointerType();
      if (isa<FieldDecl>(D))
        return IsPointer ||
               refuse(D, Diag::MemberNotPointer, Diag::ShareTheStruct);
      auto *V = cast<VarDecl>(D);
      if (isa<ParmVarDecl>(V))
        return IsPointer ||
               refuse(D, Diag::ParameterNotPointer, Diag::ShareTheStruct);
      if (V->getStorageClass() == SC_Register)
        return refuse(D, Diag::RegisterVariable, Diag::RemoveKeyword,
                      "register");
      if (V->getTLSKind() != VarDecl::TLS_None)
        return refuse(D, Diag::ThreadLocal, Diag::RemoveKeyword,
                      "_Thread_local");
      if (!V->hasGlobalStorage())
        return IsPointer ||
               refuse(D, Diag::AutomaticVariable, Diag::MakeStatic);
      if (S.Context.getBaseElementType(V->getType()).isConstQualified())
        return refuse(D, Diag::ConstVariable, Diag::RemoveKeyword, "const");
      return true;
    }
  };
};

ParsedAttrInfoRegistry::Add<SharedAttribute>
    Registration(AttributeName, "carries '#pragma millipage shared'");

} // namespace
} // namespace millipage
