// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The address of a shared variable is not a constant any more, hence no
// constant that is made of it is.
#include "ir/Unit.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace millipage {

bool mentionsShared(const Unit &U, const Constant *C) {
  if (auto *GV = dyn_cast<GlobalVariable>(C))
    return U.RowOfVariable.count(GV);
  if (isa<GlobalValue>(C) || isa<BlockAddress>(C))
    return false;
  return any_of(C->operands(), [&U](const Use &Operand) {
    auto *Inner = dyn_cast<Constant>(Operand);
    return Inner && mentionsShared(U, Inner);
  });
}

Value *expandConstant(Unit &U, Constant *C, IRBuilder<> &B,
                      function_ref<Value *(GlobalVariable *)> Leaf) {
  if (!mentionsShared(U, C))
    return C;
  if (auto *GV = dyn_cast<GlobalVariable>(C))
    return Leaf(GV);
  auto Expanded = [&](unsigned Index) {
    return expandConstant(U, cast<Constant>(C->getOperand(Index)), B, Leaf);
  };
  if (auto *CE = dyn_cast<ConstantExpr>(C)) {
    Instruction *I = CE->getAsInstruction();
    for (unsigned Index = 0; Index < I->getNumOperands(); ++Index)
      I->setOperand(Index, Expanded(Index));
    return B.Insert(I);
  }
  Value *Whole = PoisonValue::get(C->getType());
  for (unsigned Index = 0; Index < C->getNumOperands(); ++Index)
    Whole = C->getType()->isVectorTy()
                ? B.CreateInsertElement(Whole, Expanded(Index), Index)
                : B.CreateInsertValue(Whole, Expanded(Index), Index);
  return Whole;
}

// Uses of variables stay as they are; Access replaces them.
static Value *expandHere(Unit &U, Constant *C, Instruction *Before) {
  IRBuilder<> B(Before);
  return expandConstant(U, C, B, [](GlobalVariable *GV) { return GV; });
}

static void expandPhi(Unit &U, PHINode &Phi) {
  // One value for each block, even if the block comes several times.
  DenseMap<std::pair<BasicBlock *, Constant *>, Value *> Done;
  for (unsigned I = 0; I < Phi.getNumIncomingValues(); ++I) {
    auto *C = dyn_cast<Constant>(Phi.getIncomingValue(I));
    if (!C || isa<GlobalVariable>(C) || !mentionsShared(U, C))
      continue;
    BasicBlock *From = Phi.getIncomingBlock(I);
    Value *&New = Done[{From, C}];
    if (!New)
      New = expandHere(U, C, From->getTerminator());
    Phi.setIncomingValue(I, New);
  }
}

// `&g[5][100]` is folded to the same constant as `&g[6][0]`.  Going one byte
// back first and forth again behind keeps the address in its own row.
static Value *endOf(Unit &U, CallInst &Marker) {
  Value *Pointer = Marker.getArgOperand(0);
  APInt Offset(64, 0);
  Value *Variable = Pointer->stripAndAccumulateConstantOffsets(
      U.M.getDataLayout(), Offset, /*AllowNonInbounds=*/true);
  if (!isa<Constant>(Pointer) || !U.rowOf(Variable))
    return Pointer; // Its subscripts are still apart.
  Type *Byte = Type::getInt8Ty(U.M.getContext());
  Type *I64 = Type::getInt64Ty(U.M.getContext());
  // Not B.CreateGEP, which would fold the two steps into one constant again.
  IRBuilder<> B(&Marker);
  auto Step = [&](Value *From, uint64_t Bytes) {
    return B.Insert(
        GetElementPtrInst::Create(Byte, From, {ConstantInt::get(I64, Bytes)}));
  };
  return Step(Step(Variable, Offset.getZExtValue() - 1), 1);
}

void lowerEndPointers(Unit &U) {
  Function *F = U.M.getFunction(names::EndPointer);
  if (!F)
    return;
  for (User *Caller : make_early_inc_range(F->users())) {
    auto *Marker = dyn_cast<CallInst>(Caller);
    if (!Marker)
      continue;
    Marker->replaceAllUsesWith(endOf(U, *Marker));
    Marker->eraseFromParent();
  }
  if (F->use_empty())
    F->eraseFromParent();
}

void expandConstants(Unit &U) {
  for (Function &F : U.M) {
    SmallVector<Instruction *> Work;
    for (BasicBlock &BB : F)
      for (Instruction &I : BB)
        Work.push_back(&I);
    for (Instruction *I : Work) {
      if (auto *Phi = dyn_cast<PHINode>(I)) {
        expandPhi(U, *Phi);
        continue;
      }
      for (Use &Operand : I->operands()) {
        auto *C = dyn_cast<Constant>(Operand);
        if (C && !isa<GlobalVariable>(C) && mentionsShared(U, C))
          Operand.set(expandHere(U, C, I));
      }
    }
  }
}

} // namespace millipage
