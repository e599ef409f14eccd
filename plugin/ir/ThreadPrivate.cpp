// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// copyin: what the master has in a threadprivate variable.
//
// Clang takes the variable itself for the master's copy, as threads of one
// process may.  Here the variable is memory that each host has of its own, and
// copies are elsewhere, the master's too.  So where code means the variable and
// not a thread's copy of it, it is given the address of the master's.
#include "ir/Unit.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace millipage {
namespace {

constexpr char OwnCopy[] = "__kmpc_threadprivate_cached";
constexpr char MastersCopy[] = "mpg__omp_master_copy";
constexpr unsigned Original = 2; // which argument of the first it is

CallInst *asCallOf(User *U, StringRef Name) {
  auto *Call = dyn_cast<CallInst>(U);
  Function *F = Call ? Call->getCalledFunction() : nullptr;
  return F && F->getName() == Name ? Call : nullptr;
}

bool mentions(const Constant &C, const GlobalVariable &Variable) {
  if (&C == &Variable)
    return true;
  if (isa<GlobalValue>(C) || isa<BlockAddress>(C))
    return false;
  return any_of(C.operands(), [&](const Use &Operand) {
    auto *Inner = dyn_cast<Constant>(Operand);
    return Inner && mentions(*Inner, Variable);
  });
}

/// One variable in one function.
class MasterCopy {
  GlobalVariable &Variable;
  Value *Bytes;
  Instruction *Where;
  Value *Address = nullptr;

public:
  MasterCopy(GlobalVariable &Variable, Value *Bytes, Function &F)
      : Variable(Variable), Bytes(Bytes) {
    auto At = F.getEntryBlock().begin();
    while (isa<AllocaInst>(*At))
      ++At;
    Where = &*At;
  }

  void replaceIn(Instruction &I) {
    if (asCallOf(&I, MastersCopy))
      return; // Of an earlier run.
    for (Use &Operand : I.operands()) {
      auto *C = dyn_cast<Constant>(Operand);
      bool IsOriginal =
          asCallOf(&I, OwnCopy) && Operand.getOperandNo() == Original;
      if (C && !IsOriginal && mentions(*C, Variable))
        Operand.set(expand(*C));
    }
  }

private:
  // All of it at the start of the function, where it is known for every use,
  // those in phis too.
  Value *expand(Constant &C) {
    IRBuilder<> B(Where);
    if (&C == &Variable)
      return address(B);
    if (!isa<ConstantExpr>(C) || !mentions(C, Variable))
      return &C;
    Instruction *I = cast<ConstantExpr>(C).getAsInstruction();
    for (Use &Operand : I->operands())
      Operand.set(expand(*cast<Constant>(Operand)));
    return B.Insert(I);
  }

  Value *address(IRBuilder<> &B) {
    if (!Address) {
      FunctionCallee Callee = Variable.getParent()->getOrInsertFunction(
          MastersCopy, B.getPtrTy(), B.getPtrTy(), Bytes->getType());
      Address = B.CreateCall(Callee, {&Variable, Bytes});
    }
    return Address;
  }
};

} // namespace

void lowerThreadPrivate(Module &M) {
  Function *Copy = M.getFunction(OwnCopy);
  if (!Copy)
    return;
  MapVector<GlobalVariable *, Value *> Variables;
  for (User *U : Copy->users())
    if (CallInst *Call = asCallOf(U, OwnCopy))
      if (auto *GV = dyn_cast<GlobalVariable>(Call->getArgOperand(Original)))
        Variables[GV] = Call->getArgOperand(Original + 1);
  for (auto &[Variable, Bytes] : Variables)
    for (Function &F : M) {
      if (F.isDeclaration())
        continue;
      SmallVector<Instruction *> Work;
      for (Instruction &I : instructions(F))
        Work.push_back(&I);
      MasterCopy Master(*Variable, Bytes, F);
      for (Instruction *I : Work)
        Master.replaceIn(*I);
    }
}

} // namespace millipage
