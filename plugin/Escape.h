// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of the address of shared data that is not contiguous.  From
// the variable (or the value of an annotated pointer) the expression is
// climbed: subscripts, members, &, * and arithmetic are followed by the
// generated code too, and are fine; where the pointer leaves the expression
// the generated code cannot follow it any more, and it depends on what it
// points to whether it may.
#ifndef MILLIPAGE_PLUGIN_ESCAPE_H
#define MILLIPAGE_PLUGIN_ESCAPE_H

#include "Sharing.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <vector>

namespace millipage {

/// An address inside shared data, as far as an expression shows it.
struct Reach {
  const SharedObject *Object;
  const clang::Expr *At;    ///< The expression that has the address.
  uint64_t Pointee = 0;     ///< Bytes of what it refers to; 0 is unknown.
  bool IsPointer = false;   ///< A pointer value, not an lvalue.
  bool IsAddressOf = false; ///< By `&`: to one object, not the start of many.
  bool IsMoved = false;     ///< Whole units were added to it.
  bool IsDerived = false;   ///< Anything but the bare variable or pointer.
  bool IsStart = false;     ///< The last subscript was a constant zero.
  bool IsCut = false;       ///< Behind ?:, where generated code lost track.
  /// The element just behind the end: only its address may be taken.
  const clang::Expr *AtEnd = nullptr;
  /// Bytes from the start of the unit, and from the start of everything.
  std::optional<int64_t> InUnit = 0;
  std::optional<int64_t> Total = 0;

  uint64_t unit() const { return Object->Geometry.Unit; }
  uint64_t granule() const { return Object->Geometry.Granule; }
  /// Whether it refers to one unit or a part of one.
  bool isWithinUnit() const {
    return Pointee < unit() || (Pointee == unit() && IsAddressOf);
  }
  /// `&grid[0][0]`: taken for the start of a flat array more often than not.
  bool looksFlat() const { return IsAddressOf && IsStart && Total == 0; }
  /// Whether constant steps inside a unit ended behind it.
  bool isAtUnitEnd() const {
    return IsPointer && InUnit && *InUnit > 0 && *InUnit % unit() == 0;
  }
  /// How many bytes from here on may at best belong to the same minipage.
  uint64_t bytesAhead() const;
};

/// A local pointer that was given an address inside shared data.
struct LocalPointer {
  const clang::VarDecl *Pointer;
  Reach From;
};

class EscapeCheck {
  clang::ASTContext &Ctx;
  clang::DiagnosticsEngine &Diags;
  llvm::ArrayRef<clang::Stmt *> Parents; ///< Outermost first.
  std::vector<LocalPointer> &Locals;

public:
  /// Parents are the statements around the expression to check.  What goes to
  /// local pointers is left in Locals for StepCheck.
  EscapeCheck(clang::ASTContext &Ctx, llvm::ArrayRef<clang::Stmt *> Parents,
              std::vector<LocalPointer> &Locals)
      : Ctx(Ctx), Diags(Ctx.getDiagnostics()), Parents(Parents),
        Locals(Locals) {}

  /// Target is the variable that the outermost expression initialises.
  void check(const SharedObject &Object, const clang::Expr *Root,
             bool IsPointer, const clang::VarDecl *Target);

private:
  enum class Next { Climb, Done };
  Next climb(Reach &R, clang::Stmt *Parent);
  Next climbCast(Reach &R, const clang::CastExpr *Cast);
  Next climbUnary(Reach &R, const clang::UnaryOperator *Op);
  Next climbBinary(Reach &R, const clang::BinaryOperator *Op);
  Next climbCall(Reach &R, const clang::CallExpr *Call);
  Next subscript(Reach &R, const clang::Expr *Index, int Sign,
                 const clang::Expr *Result);
  void keepEndPointer(const Reach &R, const clang::Expr *E);
  bool isEndAccessed(Reach &R, const clang::Stmt *Parent);
  void reportBeyond(const Reach &R, const clang::Expr *Result, int64_t Bytes);
  void select(Reach &R, const clang::FieldDecl *Field, bool ByArrow);

  void escape(const Reach &R, const clang::ValueDecl *Target);
  void escapeToMemoryFunction(const Reach &R, const clang::CallExpr *Call,
                              unsigned SizeIndex);
  void refuse(const Reach &R, const clang::FunctionDecl *Callee,
              bool IsMemoryFunction);
  void finish(const Reach &R, clang::Stmt *Parent);
  void noteContiguous(const Reach &R);
};

/// Warns that the address is good within one minipage only.
void warnGoodWithin(clang::DiagnosticsEngine &Diags, const Reach &R);

} // namespace millipage

#endif
