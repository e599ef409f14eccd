// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every difference between the LLVM versions that we support (16 to 22).  No
// other file may ask for the version.
#ifndef MILLIPAGE_PLUGIN_COMPAT_H
#define MILLIPAGE_PLUGIN_COMPAT_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclOpenMP.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/CodeGenOptions.h"
#include "clang/Basic/OpenMPKinds.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"
#include <dlfcn.h>

#if LLVM_VERSION_MAJOR < 16 || LLVM_VERSION_MAJOR > 22
#error "millipage needs LLVM 16 to 22; set MILLIPAGE_LLVM_VERSION"
#endif

#if LLVM_VERSION_MAJOR >= 22
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif

namespace millipage::compat {

/// Has Register called for the pass pipeline of this compilation.
inline void addPassBuilderCallback(clang::CodeGenOptions &Options,
                                   void (*Register)(llvm::PassBuilder &)) {
#if LLVM_VERSION_MAJOR >= 18
  Options.PassBuilderCallbacks.push_back(Register);
#else
  // Older versions load pass plugins by name when the pipeline is built, and
  // find llvmGetPassPluginInfo in this very file.
  Dl_info Info;
  if (dladdr(reinterpret_cast<void *>(Register), &Info))
    Options.PassPlugins.push_back(Info.dli_fname);
#endif
}

/// Calls Visit(Record, Address) for all that says where in memory F has a
/// variable: intrinsics or, since 19, records between instructions.
template <typename Visitor>
void forEachPlace(llvm::Function &F, Visitor Visit) {
  for (llvm::Instruction &I : llvm::instructions(F)) {
#if LLVM_VERSION_MAJOR >= 19
    // I.getDbgRecordRange() would refer to data of LLVM.  The loader looks that
    // up before VersionCheck can say anything about a wrong version.
    if (!I.DebugMarker)
      continue;
    for (llvm::DbgVariableRecord &Record :
         llvm::filterDbgVars(I.DebugMarker->getDbgRecordRange()))
      if (Record.isDbgAssign())
        Visit(Record, Record.getAddress());
      else if (Record.isDbgDeclare())
        Visit(Record, Record.getVariableLocationOp(0));
#else
    if (auto *Assign = llvm::dyn_cast<llvm::DbgAssignIntrinsic>(&I))
      Visit(*Assign, Assign->getAddress());
    else if (auto *Declare = llvm::dyn_cast<llvm::DbgDeclareInst>(&I))
      Visit(*Declare, Declare->getAddress());
#endif
  }
}

/// Makes code of what ScalarEvolution knows.
inline llvm::SCEVExpander makeExpander(llvm::ScalarEvolution &SE,
                                       const llvm::DataLayout &DL) {
#if LLVM_VERSION_MAJOR >= 22
  (void)DL;
  return llvm::SCEVExpander(SE, "foresee");
#else
  return llvm::SCEVExpander(SE, DL, "foresee");
#endif
}

inline void setRetainedNodes(llvm::DISubprogram &Of, llvm::MDTuple *Nodes) {
#if LLVM_VERSION_MAJOR >= 19
  Of.replaceRetainedNodes(Nodes);
#else
  Of.replaceOperandWith(7, Nodes); // As getRawRetainedNodes has it.
#endif
}

/// The expressions that a threadprivate directive lists.
inline auto variablesOf(clang::OMPThreadPrivateDecl *D) {
#if LLVM_VERSION_MAJOR >= 20
  return D->varlist();
#else
  return D->varlists();
#endif
}

/// What a directive is called; some have other names in newer editions.
inline llvm::StringRef directiveName(llvm::omp::Directive Kind,
                                     unsigned Version) {
#if LLVM_VERSION_MAJOR >= 21
  return llvm::omp::getOpenMPDirectiveName(Kind, Version);
#else
  (void)Version;
  return llvm::omp::getOpenMPDirectiveName(Kind);
#endif
}

inline clang::StringLiteral *stringLiteral(clang::ASTContext &Ctx,
                                           llvm::StringRef Text) {
#if LLVM_VERSION_MAJOR >= 18
  auto Kind = clang::StringLiteralKind::Ordinary;
#else
  auto Kind = clang::StringLiteral::Ordinary;
#endif
  return clang::StringLiteral::Create(
      Ctx, Text, Kind, /*Pascal=*/false,
      Ctx.getStringLiteralArrayType(Ctx.CharTy, Text.size()),
      clang::SourceLocation());
}

/// Whether Clang makes code for the directive.  Before 20 it understood these
/// and left their loops out, without a word (llvm-project#121741 and others).
inline bool makesCode(clang::OpenMPDirectiveKind Kind) {
#if LLVM_VERSION_MAJOR < 20
  using namespace llvm::omp;
  return Kind != OMPD_masked_taskloop && Kind != OMPD_masked_taskloop_simd &&
         Kind != OMPD_parallel_masked_taskloop &&
         Kind != OMPD_parallel_masked_taskloop_simd;
#else
  (void)Kind;
  return true;
#endif
}

/// Whether code tells the runtime of grainsize(strict: ...): since
/// __kmpc_taskloop_5.
constexpr bool HandsOnStrictGrains = LLVM_VERSION_MAJOR >= 20;

} // namespace millipage::compat

#endif
