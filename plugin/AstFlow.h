// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where annotated pointers get their values from.  AstHeap replaces the
// allocations among these places, AstCheck judges the others.
#ifndef MILLIPAGE_PLUGIN_ASTFLOW_H
#define MILLIPAGE_PLUGIN_ASTFLOW_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace millipage {

/// What S is made of, as places in the tree: also what Clang keeps apart, the
/// body of an OpenMP region and the expressions of its clauses.
void forEachChild(clang::Stmt *S, llvm::function_ref<void(clang::Stmt *&)> Fn);

/// An annotated pointer and the place in the tree of what it receives.
using FlowFn = llvm::function_ref<void(const clang::ValueDecl *Pointer,
                                       clang::Stmt *&Source)>;

/// The flows that S itself makes: an assignment, the initialisers of a
/// declaration, the arguments of a call, an initialiser list.  Not those of
/// statements inside.
void forEachFlow(clang::Stmt *S, FlowFn Fn);
/// The initialiser of a variable at file scope.
void forEachFlow(clang::VarDecl *V, FlowFn Fn);

/// The expressions whose value Source takes, behind parentheses, casts, ?:,
/// commas, inner assignments and statement expressions.
void forEachSource(clang::Stmt *&Source,
                   llvm::function_ref<void(clang::Stmt *&)> Fn);

/// The function of the C library that E calls, if it allocates.
enum class Allocation { None, Malloc, Calloc, Realloc, AlignedAlloc };
Allocation allocationOf(const clang::Stmt *E);

} // namespace millipage

#endif
