// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where shared data is: from the linear address that C computes to the
// address in the view of the minipage.
//
// Contiguous variables are the base in the slot and nothing else.  For the
// others the chain of address computations (GEPs) that starts at the variable
// is followed; each index whose stride is a multiple of the unit contributes
// to the unit index, the others stay within a unit.  Where the chain ends and
// the pointer is used, the chain is repeated on a base that is moved to the
// unit's view:
//
//     base + (mulhi(unit + 1, magic) & mask) * stride
//
// Moving the base and not the end keeps the inner subscripts as they were: in
// a loop over the columns of a row the view is computed once, outside.
#include "ir/Unit.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"

using namespace llvm;

namespace millipage {
namespace {

//===--- Slots ------------------------------------------------------------===//

enum SlotField { Base, Magic, Mask, Stride };

/// The fields of the slots, as one function sees them: loaded once, in its
/// entry block.
class SlotLoads {
  Unit &U;
  Function &F;
  DenseMap<std::pair<GlobalVariable *, unsigned>, LoadInst *> Loaded;

public:
  SlotLoads(Unit &U, Function &F) : U(U), F(F) {}

  Value *get(Row &R, SlotField Field) {
    LoadInst *&Load = Loaded[{R.Slot, Field}];
    if (Load)
      return Load;
    BasicBlock &Entry = F.getEntryBlock();
    auto Where = Entry.begin();
    while (isa<AllocaInst>(*Where))
      ++Where;
    IRBuilder<> B(&Entry, Where);
    Load = load(U, R, Field, B);
    if (F.hasOptNone())
      return Load; // Nobody would read what follows.
    Load->setMetadata(LLVMContext::MD_invariant_load,
                      MDNode::get(U.M.getContext(), {}));
    if (Field == Base)
      describeBase(R, *Load);
    return Load;
  }

  static LoadInst *load(Unit &U, Row &R, SlotField Field, IRBuilder<> &B) {
    Value *Address =
        Field == Base ? R.Slot : B.CreateStructGEP(U.SlotType, R.Slot, Field);
    auto *Load = B.CreateAlignedLoad(U.SlotType->getElementType(Field), Address,
                                     Align(8));
    static const char *const Suffix[] = {"", ".magic", ".mask", ".stride"};
    Load->setName(R.TheMark.Name + Suffix[Field]);
    return Load;
  }

private:
  // All that the optimiser knew about the address of the variable.
  void describeBase(Row &R, LoadInst &Load) {
    LLVMContext &C = U.M.getContext();
    auto Number = [&](uint64_t N) {
      Type *I64 = Type::getInt64Ty(C);
      return MDNode::get(C, ConstantAsMetadata::get(ConstantInt::get(I64, N)));
    };
    Load.setMetadata(LLVMContext::MD_nonnull, MDNode::get(C, {}));
    Load.setMetadata(LLVMContext::MD_noundef, MDNode::get(C, {}));
    const DataLayout &DL = U.M.getDataLayout();
    Load.setMetadata(LLVMContext::MD_align,
                     Number(R.Variable->getPointerAlignment(DL).value()));
    Type *T = R.Variable->getValueType();
    // In one view only the elements of that view may be touched.
    if (R.TheMark.isContiguous() && T->isSized() && DL.getTypeAllocSize(T))
      Load.setMetadata(LLVMContext::MD_dereferenceable,
                       Number(DL.getTypeAllocSize(T).getFixedValue()));
  }
};

//===--- Unit indices -----------------------------------------------------===//

/// The unit that an address lies in: a sum of indices times constants.
struct UnitIndex {
  MapVector<Value *, int64_t> Terms;
  int64_t Constant = 0;

  bool isFirst() const { return Terms.empty() && Constant == 0; }
};

void addIndices(GetElementPtrInst &GEP, uint64_t Unit, const DataLayout &DL,
                UnitIndex &Index) {
  for (auto I = gep_type_begin(GEP), E = gep_type_end(GEP); I != E; ++I) {
    if (I.getStructTypeOrNull())
      continue; // Members lie within a unit.
    int64_t Stride = DL.getTypeAllocSize(I.getIndexedType()).getFixedValue();
    Value *Operand = I.getOperand();
    if (auto *C = dyn_cast<ConstantInt>(Operand)) {
      // Towards zero, so that one back inside a unit remains in the unit.
      Index.Constant += C->getSExtValue() * Stride / int64_t(Unit);
    } else if (Stride % int64_t(Unit) == 0) {
      Index.Terms[Operand] += Stride / int64_t(Unit);
    }
  }
}

Value *emitUnitIndex(const UnitIndex &Index, IRBuilder<> &B) {
  Value *Sum = Index.Constant ? B.getInt64(Index.Constant) : nullptr;
  for (auto &[Operand, Scale] : Index.Terms) {
    Value *Term = B.CreateSExtOrTrunc(Operand, B.getInt64Ty());
    if (Scale != 1)
      Term = B.CreateMul(Term, B.getInt64(Scale));
    Sum = Sum ? B.CreateAdd(Sum, Term) : Term;
  }
  return Sum;
}

using FieldValue = function_ref<Value *(SlotField)>;

Value *moveToView(Value *Pointer, Value *UnitNumber, FieldValue Field,
                  IRBuilder<> &B) {
  Type *I128 = B.getInt128Ty();
  Value *Next = B.CreateAdd(UnitNumber, B.getInt64(1));
  Value *Product =
      B.CreateMul(B.CreateZExt(Next, I128), B.CreateZExt(Field(Magic), I128));
  Value *Minipage =
      B.CreateTrunc(B.CreateLShr(Product, 64), B.getInt64Ty(), "minipage");
  Value *View = B.CreateAnd(Minipage, Field(Mask), "view");
  // Not inbounds: the view is another mapping.
  return B.CreateGEP(B.getInt8Ty(), Pointer, B.CreateMul(View, Field(Stride)),
                     "viewed");
}

//===--- Chains -----------------------------------------------------------===//

/// Rewrites everything that is computed from one pointer in one function.
class Chains {
  Unit &U;
  Row &R;
  SlotLoads &Slots;
  Value *Root;
  SmallVector<GetElementPtrInst *> Path;
  SmallVector<GetElementPtrInst *> Visited;

public:
  Chains(Unit &U, Row &R, SlotLoads &Slots, Value *Root)
      : U(U), R(R), Slots(Slots), Root(Root) {}

  /// Origin is what the chains start from now, Root what replaces it.
  void rewrite(ArrayRef<Use *> OriginUses) {
    for (Use *Operand : OriginUses) {
      auto *GEP = dyn_cast<GetElementPtrInst>(Operand->getUser());
      if (GEP && Operand->getOperandNo() == 0)
        follow(*GEP, UnitIndex());
      Operand->set(Root);
    }
    for (GetElementPtrInst *GEP : reverse(Visited))
      if (GEP->use_empty())
        GEP->eraseFromParent();
  }

private:
  void follow(GetElementPtrInst &GEP, UnitIndex Index) {
    addIndices(GEP, R.TheMark.Unit, U.M.getDataLayout(), Index);
    Path.push_back(&GEP);
    Visited.push_back(&GEP);
    SmallVector<Use *> Ends;
    for (Use &Operand : GEP.uses()) {
      auto *Next = dyn_cast<GetElementPtrInst>(Operand.getUser());
      if (Next && Operand.getOperandNo() == 0)
        follow(*Next, Index);
      else
        Ends.push_back(&Operand);
    }
    if (!Ends.empty() && !Index.isFirst()) {
      Value *Viewed = repeatChain(Index);
      for (Use *End : Ends)
        End->set(Viewed);
    }
    Path.pop_back();
  }

  Value *repeatChain(const UnitIndex &Index) {
    IRBuilder<> B(Path.back());
    auto Field = [this](SlotField F) { return Slots.get(R, F); };
    Value *Pointer = moveToView(Root, emitUnitIndex(Index, B), Field, B);
    for (GetElementPtrInst *Step : Path) {
      Instruction *Copy = Step->clone();
      Copy->setOperand(0, Pointer);
      Pointer = B.Insert(Copy, Step->getName());
    }
    return Pointer;
  }
};

/// The uses of V in code, by function, in a stable order.
MapVector<Function *, SmallVector<Use *>> usesByFunction(Value *V) {
  MapVector<Function *, SmallVector<Use *>> Result;
  for (Use &Operand : V->uses())
    if (auto *I = dyn_cast<Instruction>(Operand.getUser()))
      Result[I->getFunction()].push_back(&Operand);
  return Result;
}

} // namespace

//===--- Entry points -----------------------------------------------------===//

void rewriteVariables(Unit &U) {
  MapVector<Function *, std::unique_ptr<SlotLoads>> Loads;
  for (Row &R : U.Rows) {
    if (!R.Variable)
      continue;
    for (auto &[F, Uses] : usesByFunction(R.Variable)) {
      std::unique_ptr<SlotLoads> &Slots = Loads[F];
      if (!Slots)
        Slots = std::make_unique<SlotLoads>(U, *F);
      Value *Root = Slots->get(R, Base);
      if (R.TheMark.isContiguous())
        for (Use *Operand : Uses)
          Operand->set(Root);
      else
        Chains(U, R, *Slots, Root).rewrite(Uses);
    }
  }
}

static void rewritePointer(Unit &U, Row &R, SlotLoads &Slots,
                           CallInst &Marker) {
  Value *Pointer = Marker.getArgOperand(0);
  SmallVector<Use *> Uses;
  for (Use &Operand : Marker.uses())
    Uses.push_back(&Operand);
  if (R.TheMark.isContiguous())
    Marker.replaceAllUsesWith(Pointer);
  else
    Chains(U, R, Slots, Pointer).rewrite(Uses);
  Marker.eraseFromParent();
}

void rewritePointers(Unit &U) {
  Function *Marker = U.M.getFunction(names::HeapPointer);
  if (!Marker)
    return;
  for (auto &[F, Uses] : usesByFunction(Marker)) {
    SlotLoads Slots(U, *F);
    for (Use *Callee : Uses) {
      auto *Call = dyn_cast<CallInst>(Callee->getUser());
      std::optional<Mark> M;
      if (Call && (M = markArgument(*Call, 1)))
        rewritePointer(U, U.Rows[U.RowOfHeapMark.lookup(M->encode())], Slots,
                       *Call);
    }
  }
}

// In the constructor slots are loaded where they are used: it runs while they
// are being filled, so that its loads are not invariant.
Value *addressAt(Unit &U, Row &R, uint64_t Offset, IRBuilder<> &B) {
  Value *Pointer = SlotLoads::load(U, R, Base, B);
  uint64_t UnitNumber = Offset / R.TheMark.Unit;
  if (!R.TheMark.isContiguous() && UnitNumber)
    Pointer = moveToView(
        Pointer, B.getInt64(UnitNumber),
        [&](SlotField F) { return SlotLoads::load(U, R, F, B); }, B);
  return Offset
             ? B.CreateInBoundsGEP(B.getInt8Ty(), Pointer, B.getInt64(Offset))
             : Pointer;
}

} // namespace millipage
