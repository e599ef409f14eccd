// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of rows (struct mpg_abi_var), the unit (struct mpg_abi_unit) and
// the two constructors: register, then bind and fix up.
#include "ir/Unit.h"
#include "llvm/IR/Constants.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace millipage {
namespace {

class TableWriter {
  Unit &U;
  LLVMContext &C;
  StringMap<Constant *> Strings;

public:
  explicit TableWriter(Unit &U) : U(U), C(U.M.getContext()) {}

  Constant *number(unsigned Bits, uint64_t N) {
    return ConstantInt::get(Type::getIntNTy(C, Bits), N);
  }

  Constant *string(StringRef Text) {
    Constant *&Known = Strings[Text];
    if (!Known)
      Known = constant(ConstantDataArray::getString(C, Text), "mpg.text");
    return Known;
  }

  Constant *row(const Row &R) {
    const Mark &M = R.TheMark;
    uint64_t Size = 0, Alignment = 1;
    unsigned Flags = M.Flags;
    if (R.Variable) {
      const DataLayout &DL = U.M.getDataLayout();
      Type *T = R.Variable->getValueType();
      Size = T->isSized() ? DL.getTypeAllocSize(T).getFixedValue() : 0;
      Alignment = R.Variable->getPointerAlignment(DL).value();
      Flags |= R.Variable->isDeclaration() ? 0 : MPG_VAR_DEFINED;
    }
    Constant *Null = ConstantPointerNull::get(PointerType::get(C, 0));
    Constant *Image = R.Image ? constant(R.Image, "mpg.image") : Null;
    return ConstantStruct::get(
        U.RowType, {string(M.Name), string(M.File), number(32, M.Line),
                    number(32, M.Column), number(32, Flags),
                    number(32, M.Grain), number(64, M.Count), number(64, Size),
                    number(64, M.Unit), number(64, M.Element),
                    number(64, Alignment), Image, string(M.Parts), R.Slot});
  }

  GlobalVariable *unit() {
    Constant *Null = ConstantPointerNull::get(PointerType::get(C, 0));
    Constant *Fields[] = {number(32, MPG_ABI), number(32, U.Rows.size()),
                          string(U.M.getSourceFileName()), U.Table, Null};
    Constant *Init = ConstantStruct::getAnon(C, Fields);
    return new GlobalVariable(U.M, Init->getType(), /*isConstant=*/false,
                              GlobalValue::InternalLinkage, Init, "mpg.unit");
  }

private:
  Constant *constant(Constant *Init, const Twine &Name) {
    auto *GV = new GlobalVariable(U.M, Init->getType(), /*isConstant=*/true,
                                  GlobalValue::PrivateLinkage, Init, Name);
    GV->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return GV;
  }
};

void callWithUnit(IRBuilder<> &B, Unit &U, StringRef Callee,
                  GlobalVariable *TheUnit) {
  B.CreateCall(U.M.getOrInsertFunction(Callee, B.getVoidTy(), B.getPtrTy()),
               {TheUnit});
}

} // namespace

Function *makeConstructor(Module &M, StringRef Name, int Priority) {
  auto *Type = FunctionType::get(llvm::Type::getVoidTy(M.getContext()), false);
  auto *F = Function::createWithDefaultAttr(Type, GlobalValue::InternalLinkage,
                                            0, Name, &M);
  F->addFnAttr(Attribute::NoUnwind);
  BasicBlock::Create(M.getContext(), "entry", F);
  appendToGlobalCtors(M, F, Priority);
  return F;
}

void emitDescriptors(Unit &U) {
  TableWriter Writer(U);
  SmallVector<Constant *> Rows;
  for (const Row &R : U.Rows)
    Rows.push_back(Writer.row(R));
  U.Table->setInitializer(
      ConstantArray::get(cast<ArrayType>(U.Table->getValueType()), Rows));
  GlobalVariable *TheUnit = Writer.unit();

  Function *Register = makeConstructor(U.M, "mpg.register", 100);
  IRBuilder<> B(&Register->getEntryBlock());
  callWithUnit(B, U, names::Register, TheUnit);
  B.CreateRetVoid();

  // The runtime writes the slots in mpg__bind, which no optimiser may see
  // through: it is an external function and the slots' addresses escape into
  // the table.
  Function *Bind = makeConstructor(U.M, "mpg.bind", 101);
  B.SetInsertPoint(&Bind->getEntryBlock());
  callWithUnit(B, U, "mpg__bind", TheUnit);
  emitFixups(U, B);
  B.CreateRetVoid();
}

} // namespace millipage
