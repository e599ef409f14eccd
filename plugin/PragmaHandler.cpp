// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 1: `#pragma millipage`.  Reads the pragma line and turns it into
// ordinary tokens in front of what follows:
//
//   #pragma millipage shared granularity(element, 8)
//       -> __attribute__((millipage_shared(3, 8)))
//   #pragma millipage shared(a, b)
//       -> extern char __millipage_list
//              __attribute__((millipage_shared(0, 0, "a", "b")));
//
// so that Clang's own parser attaches it and evaluates the count.  The tokens
// of the count are the user's own, hence the carets of Clang's errors about
// them stand on the pragma's line.  Nothing here knows of declarations.
#include "Attribute.h"
#include "Diagnostics.h"
#include "TuState.h"
#include "millipage/abi.h"
#include "clang/Lex/LexDiagnostic.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;
using namespace llvm;

namespace millipage {
namespace {

using Tokens = SmallVector<Token, 8>;

/// The pragma line, understood.
struct PragmaLine {
  SourceLocation Loc; ///< Of the directive; identifies the pragma later.
  bool IsPrivate = false;
  bool HasList = false;
  Tokens Names;
  unsigned Grain = MPG_GRAIN_DEFAULT;
  Tokens Count; ///< Empty when the granularity has none.
};

class LineParser {
  Preprocessor &PP;
  Token Tok;
  SourceLocation GranularityLoc;

public:
  LineParser(Preprocessor &PP) : PP(PP) {}

  bool parse(PragmaLine &Line) {
    PP.LexUnexpandedToken(Tok);
    bool IsGood = parseDirective(Line);
    while (IsGood && Tok.isNot(tok::eod))
      IsGood = parseClause(Line);
    if (Tok.isNot(tok::eod))
      PP.DiscardUntilEndOfDirective();
    return IsGood;
  }

private:
  bool fail(SourceLocation Loc, Diag Which) {
    report(PP.getDiagnostics(), Loc, Which);
    return false;
  }
  bool fail(SourceLocation Loc, Diag Which, StringRef Word) {
    report(PP.getDiagnostics(), Loc, Which) << Word;
    return false;
  }

  bool parseDirective(PragmaLine &Line) {
    if (Tok.is(tok::eod))
      return fail(Tok.getLocation(), Diag::MissingDirective);
    std::string Word = PP.getSpelling(Tok);
    if (Word != "shared" && Word != "private")
      return fail(Tok.getLocation(), Diag::UnknownDirective, Word);
    Line.Loc = Tok.getLocation();
    Line.IsPrivate = Word == "private";
    PP.LexUnexpandedToken(Tok);
    if (Tok.is(tok::l_paren))
      return parseList(Line, Word);
    return true;
  }

  bool parseList(PragmaLine &Line, StringRef Word) {
    SourceLocation Open = Tok.getLocation();
    Line.HasList = true;
    do {
      PP.LexUnexpandedToken(Tok);
      if (Tok.isNot(tok::identifier))
        return fail(Tok.getLocation(), Diag::ExpectedName, Word);
      Line.Names.push_back(Tok);
      PP.LexUnexpandedToken(Tok);
    } while (Tok.is(tok::comma));
    return closeParen(Open);
  }

  bool closeParen(SourceLocation Open) {
    if (Tok.isNot(tok::r_paren)) {
      fail(Tok.getLocation(), Diag::UnclosedParen);
      return fail(Open, Diag::MatchingParen);
    }
    PP.LexUnexpandedToken(Tok);
    return true;
  }

  bool parseClause(PragmaLine &Line) {
    std::string Word = PP.getSpelling(Tok);
    SourceLocation Loc = Tok.getLocation();
    if (Tok.isNot(tok::identifier))
      return fail(Loc, Diag::StrayToken, Word);
    if (Word != "granularity")
      return fail(Loc, Diag::UnknownClause, Word);
    if (Line.IsPrivate)
      return fail(Loc, Diag::PrivateGranularity);
    if (GranularityLoc.isValid()) {
      fail(Loc, Diag::DuplicateClause);
      return fail(GranularityLoc, Diag::PreviousClause);
    }
    GranularityLoc = Loc;
    PP.LexUnexpandedToken(Tok);
    if (Tok.isNot(tok::l_paren))
      return fail(Tok.getLocation(), Diag::ExpectedParen, Word);
    SourceLocation Open = Tok.getLocation();
    Tokens Inside;
    if (!collectInside(Inside))
      return closeParen(Open);
    return closeParen(Open) && parseGranularity(Line, Open, Inside);
  }

  // Up to the matching ')', with macros expanded, so that a count may be one.
  bool collectInside(Tokens &Inside) {
    unsigned Depth = 0;
    for (PP.Lex(Tok); Tok.isNot(tok::eod); PP.Lex(Tok)) {
      if (Tok.is(tok::l_paren))
        ++Depth;
      else if (Tok.is(tok::r_paren) && Depth-- == 0)
        return true;
      Inside.push_back(Tok);
    }
    return false;
  }

  bool parseGranularity(PragmaLine &Line, SourceLocation Open,
                        ArrayRef<Token> Inside) {
    if (Inside.empty())
      return fail(Open, Diag::EmptyGranularity);
    // A word is a granularity only where it stands alone or before a comma;
    // `granularity(page * 2)` with an enumerator `page` is an expression.
    bool IsWord = Inside[0].is(tok::identifier) &&
                  (Inside.size() == 1 || Inside[1].is(tok::comma));
    std::string Word = IsWord ? PP.getSpelling(Inside[0]) : "";
    Line.Grain = StringSwitch<unsigned>(Word)
                     .Case("whole", MPG_GRAIN_WHOLE)
                     .Case("page", MPG_GRAIN_PAGE)
                     .Case("element", MPG_GRAIN_ELEMENT)
                     .Default(MPG_GRAIN_BYTES);
    if (Line.Grain == MPG_GRAIN_BYTES)
      return parseBytes(Line, Word, Inside);
    if (Inside.size() == 1)
      return true;
    if (Line.Grain != MPG_GRAIN_ELEMENT)
      return fail(Inside[1].getLocation(), Diag::NoCountHere, Word);
    if (Inside.size() == 2)
      return fail(Inside[1].getLocation(), Diag::EmptyCount);
    Line.Count.append(Inside.begin() + 2, Inside.end());
    return true;
  }

  bool parseBytes(PragmaLine &Line, StringRef Word, ArrayRef<Token> Inside) {
    // `granularity(row)`: with a comma it can only be a misspelt word; alone
    // it may be an enumerator, which Clang will look up.
    if (Inside.size() > 1 && !Word.empty()) {
      fail(Inside[0].getLocation(), Diag::UnknownGranularity, Word);
      return fail(Inside[0].getLocation(), Diag::GranularityWords);
    }
    Line.Count.append(Inside.begin(), Inside.end());
    return true;
  }
};

/// Builds the replacement.  Every token that is not the user's own carries
/// the location of the pragma.
class Replacement {
  Preprocessor &PP;
  SourceLocation Loc;
  Tokens Out;

public:
  Replacement(Preprocessor &PP, const PragmaLine &Line)
      : PP(PP), Loc(Line.Loc) {
    if (Line.HasList) {
      word("extern");
      word("char");
      word(ListCarrierName);
    }
    word("__attribute__");
    punctuators({tok::l_paren, tok::l_paren});
    word(AttributeName);
    punctuators({tok::l_paren});
    number(Line.IsPrivate ? PrivateGrain : Line.Grain);
    punctuators({tok::comma});
    count(Line.Count);
    for (const Token &Name : Line.Names) {
      punctuators({tok::comma});
      string(Name);
    }
    punctuators({tok::r_paren, tok::r_paren, tok::r_paren});
    if (Line.HasList)
      punctuators({tok::semi});
  }

  void enter() {
    auto Owned = std::make_unique<Token[]>(Out.size());
    std::copy(Out.begin(), Out.end(), Owned.get());
    PP.EnterTokenStream(std::move(Owned), Out.size(),
                        /*DisableMacroExpansion=*/true, /*IsReinject=*/false);
  }

private:
  Token &add(tok::TokenKind Kind, SourceLocation At) {
    Token T;
    T.startToken();
    T.setKind(Kind);
    T.setLocation(At);
    Out.push_back(T);
    return Out.back();
  }
  void word(StringRef Name) {
    IdentifierInfo *II = PP.getIdentifierInfo(Name);
    Token &T = add(II->getTokenID(), Loc);
    T.setIdentifierInfo(II);
    T.setLength(Name.size());
  }
  void punctuators(std::initializer_list<tok::TokenKind> Kinds) {
    for (tok::TokenKind Kind : Kinds)
      add(Kind, Loc).setLength(1);
  }
  void number(unsigned Value) {
    PP.CreateString(std::to_string(Value), add(tok::numeric_constant, Loc), Loc,
                    Loc);
  }
  void string(const Token &Name) {
    std::string Text = "\"" + PP.getSpelling(Name) + "\"";
    SourceLocation At = Name.getLocation();
    PP.CreateString(Text, add(tok::string_literal, At), At, At);
  }
  // In parentheses, so that a comma in it cannot become another argument.
  void count(ArrayRef<Token> Count) {
    if (Count.empty())
      return number(0);
    add(tok::l_paren, Count.front().getLocation()).setLength(1);
    Out.append(Count.begin(), Count.end());
    add(tok::r_paren, Count.back().getLocation()).setLength(1);
  }
};

/// Under -E nothing parses the tokens, and the printer could not print them.
/// The line is printed again instead, with the macros in it expanded, as one
/// identifier of a strange name: the printer writes names as they are.
void printAgain(Preprocessor &PP, const PragmaLine &Line) {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "\n#pragma millipage " << (Line.IsPrivate ? "private" : "shared");
  for (size_t I = 0; I < Line.Names.size(); ++I)
    OS << (I ? ", " : "(") << PP.getSpelling(Line.Names[I]);
  OS << (Line.HasList ? ")" : "");
  static const char *const Words[] = {"", "whole", "page", "element", ""};
  if (Line.Grain != MPG_GRAIN_DEFAULT) {
    OS << " granularity(" << Words[Line.Grain];
    if (Line.Grain == MPG_GRAIN_ELEMENT && !Line.Count.empty())
      OS << ",";
    for (const Token &T : Line.Count)
      OS << ' ' << PP.getSpelling(T);
    OS << ")";
  }
  const SourceManager &SM = PP.getSourceManager();
  PresumedLoc At = SM.getPresumedLoc(Line.Loc);
  OS << "\n# " << At.getLine() + 1 << " \"";
  OS.write_escaped(At.getFilename()) << "\"\n";

  auto Owned = std::make_unique<Token[]>(1);
  Owned[0].startToken();
  Owned[0].setKind(tok::identifier);
  Owned[0].setLocation(Line.Loc);
  Owned[0].setFlag(Token::StartOfLine);
  Owned[0].setIdentifierInfo(PP.getIdentifierInfo(OS.str()));
  PP.EnterTokenStream(std::move(Owned), 1, /*DisableMacroExpansion=*/true,
                      /*IsReinject=*/false);
}

class MillipagePragma : public PragmaHandler {
public:
  MillipagePragma() : PragmaHandler("millipage") {}

  void HandlePragma(Preprocessor &PP, PragmaIntroducer, Token &) override {
    PragmaLine Line;
    if (!LineParser(PP).parse(Line))
      return;
    if (PP.isPreprocessedOutput())
      return printAgain(PP, Line);
    if (!Line.HasList)
      TuState::get().UnattachedPragmas.push_back(Line.Loc);
    Replacement(PP, Line).enter();
  }
};

PragmaHandlerRegistry::Add<MillipagePragma>
    Registration("millipage", "share variables between hosts");

} // namespace
} // namespace millipage
