// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Step 7: the IR half.  What the syntax half decided travels in the module as
// marks; nothing else is known here, so that this also works on modules
// that were compiled by another process.
#include "ir/Pass.h"
#include "Compat.h"
#include "ir/Unit.h"
#include "llvm/IR/PassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"

using namespace llvm;

namespace millipage {
namespace {

class LowerPass : public PassInfoMixin<LowerPass> {
public:
  static bool isRequired() { return true; }

  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    Unit U(M);
    collectRows(U);
    if (isOpenMP(M))
      lowerOpenMP(M);
    // A second run, when both -fplugin and -fpass-plugin are given, finds
    // nothing.
    if (U.Rows.empty())
      return PreservedAnalyses::none();
    extractAddresses(U);
    lowerEndPointers(U);
    expandConstants(U);
    rewriteVariables(U);
    rewritePointers(U);
    lowerAllocations(U);
    emitDescriptors(U);
    moveDebugInfo(U);
    eraseVariables(U);
    addAliasScopes(M);
#ifndef NDEBUG
    if (verifyModule(M, &errs()))
      report_fatal_error("millipage: the pass produced a broken module");
#endif
    return PreservedAnalyses::none();
  }
};

/// Pointers that were kept in locals are visible only after the first
/// simplifications.
class AliasScopesPass : public PassInfoMixin<AliasScopesPass> {
public:
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    return addAliasScopes(M) ? PreservedAnalyses::none()
                             : PreservedAnalyses::all();
  }
};

class ComposedLoopsPass : public PassInfoMixin<ComposedLoopsPass> {
public:
  PreservedAnalyses run(Function &F, FunctionAnalysisManager &FAM) {
    return composeLoops(F, FAM) ? PreservedAnalyses::none()
                                : PreservedAnalyses::all();
  }
};

class ForeseePass : public PassInfoMixin<ForeseePass> {
public:
  PreservedAnalyses run(Function &F, FunctionAnalysisManager &FAM) {
    return foreseeLoops(F, FAM) ? PreservedAnalyses::none()
                                : PreservedAnalyses::all();
  }
};

class IdleStacksPass : public PassInfoMixin<IdleStacksPass> {
public:
  static bool isRequired() { return true; }

  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    return isOpenMP(M) && dropIdleStacks(M) ? PreservedAnalyses::none()
                                            : PreservedAnalyses::all();
  }
};

} // namespace

void registerIrPass(PassBuilder &PB) {
  PB.registerPipelineStartEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel) {
        MPM.addPass(LowerPass());
      });
  PB.registerPipelineEarlySimplificationEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel Level, auto...) {
        if (Level != OptimizationLevel::O0)
          MPM.addPass(AliasScopesPass());
      });
  PB.registerVectorizerStartEPCallback(
      [](FunctionPassManager &FPM, OptimizationLevel Level, auto...) {
        if (Level == OptimizationLevel::O0)
          return;
        FPM.addPass(ComposedLoopsPass());
        FPM.addPass(ForeseePass());
      });
  PB.registerOptimizerLastEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel Level, auto...) {
        if (Level == OptimizationLevel::O0)
          MPM.addPass(IdleStacksPass());
      });
}

} // namespace millipage
