// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses of shared data in initialisers, of shared and of private
// variables.  They are not link-time constants; the image gets null there and
// the constructor writes the address when the runtime has placed everything.
#include "ir/Unit.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace millipage {
namespace {

/// Splits one initialiser into an image and fix-ups.
class Extractor {
  Unit &U;
  GlobalVariable &Target;
  const DataLayout &DL;

public:
  Extractor(Unit &U, GlobalVariable &Target)
      : U(U), Target(Target), DL(U.M.getDataLayout()) {}

  Constant *extract(Constant *C, uint64_t Offset) {
    if (!mentionsShared(U, C))
      return C;
    if (!isa<ConstantStruct>(C) && !isa<ConstantArray>(C)) {
      U.Fixups.push_back({&Target, Offset, C});
      return Constant::getNullValue(C->getType());
    }
    SmallVector<Constant *> Parts;
    for (unsigned I = 0; I < C->getNumOperands(); ++I)
      Parts.push_back(extract(cast<Constant>(C->getOperand(I)),
                              Offset + offsetOf(C->getType(), I)));
    if (auto *Struct = dyn_cast<StructType>(C->getType()))
      return ConstantStruct::get(Struct, Parts);
    return ConstantArray::get(cast<ArrayType>(C->getType()), Parts);
  }

private:
  uint64_t offsetOf(Type *T, unsigned Index) {
    if (auto *Struct = dyn_cast<StructType>(T))
      return DL.getStructLayout(Struct)->getElementOffset(Index);
    Type *Element = cast<ArrayType>(T)->getElementType();
    return DL.getTypeAllocSize(Element).getFixedValue() * Index;
  }
};

} // namespace

void extractAddresses(Unit &U) {
  for (GlobalVariable &GV : U.M.globals()) {
    if (!GV.hasInitializer() || GV.getName().starts_with("llvm.") ||
        !mentionsShared(U, GV.getInitializer()))
      continue;
    if (GV.isThreadLocal()) {
      U.M.getContext().emitError(
          "thread-local variable '" + GV.getName() +
          "' cannot be initialised with the address of a shared variable");
      continue;
    }
    Constant *Image = Extractor(U, GV).extract(GV.getInitializer(), 0);
    GV.setInitializer(Image);
    GV.setConstant(false);
    if (Row *R = U.rowOf(&GV))
      R->Image = Image->isNullValue() ? nullptr : Image;
  }
}

static void writeShared(Unit &U, Row &R, const Fixup &Fix, Value *Address,
                        IRBuilder<> &B) {
  Value *Copy = B.CreateAlloca(Address->getType());
  B.CreateStore(Address, Copy);
  Type *Ptr = B.getPtrTy();
  FunctionCallee Initialise = U.M.getOrInsertFunction(
      "mpg__initialise", B.getVoidTy(), Ptr, Ptr, B.getInt64Ty());
  uint64_t Size = U.M.getDataLayout().getTypeStoreSize(Address->getType());
  B.CreateCall(Initialise,
               {addressAt(U, R, Fix.Offset, B), Copy, B.getInt64(Size)});
}

void emitFixups(Unit &U, IRBuilder<> &B) {
  const DataLayout &DL = U.M.getDataLayout();
  for (const Fixup &Fix : U.Fixups) {
    // A constant expression on a variable is an offset from it; only other
    // arithmetic (casts to integers, say) has to be repeated.
    APInt Offset(64, 0);
    Value *Stripped = Fix.Value->getType()->isPointerTy()
                          ? Fix.Value->stripAndAccumulateConstantOffsets(
                                DL, Offset, /*AllowNonInbounds=*/true)
                          : nullptr;
    Row *Source = Stripped ? U.rowOf(Stripped) : nullptr;
    Value *Address =
        Source ? addressAt(U, *Source, Offset.getZExtValue(), B)
               : expandConstant(U, Fix.Value, B, [&](GlobalVariable *GV) {
                   return addressAt(U, *U.rowOf(GV), 0, B);
                 });
    if (Row *R = U.rowOf(Fix.Target)) {
      writeShared(U, *R, Fix, Address, B);
      continue;
    }
    Value *Where =
        B.CreateInBoundsGEP(B.getInt8Ty(), Fix.Target, B.getInt64(Fix.Offset));
    B.CreateAlignedStore(Address, Where, Align(1));
  }
}

} // namespace millipage
