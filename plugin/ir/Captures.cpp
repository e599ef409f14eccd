// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a parallel region only reads travels by value with its start.
//
// Clang hands a region the address of every variable that it shares, so these
// are on the shared stack: each region costs every other host a fault when it
// reads them, and each assignment between regions costs host 0 one.  Nobody
// can assign to a variable while a region reads it if its address goes nowhere
// else: the function that owns it waits for the region's end.  Then the
// argument is the value's bits, as Clang itself does for firstprivate, and the
// region keeps them in a variable of its own.
//
// Which ones is the largest set in which all agree: a variable is in it if its
// function only loads it, stores to it and passes it to parameters in the set;
// a parameter, if its region only loads it or passes it on to parameters in
// the set, and all calls of the region pass variables or parameters in the set,
// of one type.  So what nested regions read goes along.
//
// The code is as Clang made it: a parameter is stored to a variable first and
// loaded from there (a spill).
#include "Compat.h"
#include "ir/Unit.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace millipage {
namespace {

/// The first parameter of a region that is a captured variable: before it come
/// the number of the thread and that of its parent.
constexpr unsigned FirstCapture = 2;

/// A call of a region: parameter K is argument K + Shift of the call.
struct Site {
  CallBase *Call;
  unsigned Shift;
};

/// A variable or a captured parameter; absent from the set once IsOut.
struct Candidate {
  Type *ValueType = nullptr; ///< Of a parameter: as soon as a call tells.
  SmallVector<LoadInst *, 8> Loads;
  SmallVector<Argument *, 2> PassedTo;
  SmallVector<AllocaInst *, 1> Spills;
  SmallVector<LoadInst *, 4> SpillLoads; ///< Each is the parameter.
  bool IsOut = false;
};

/// Where a region has what was in a spill.
struct Place {
  AllocaInst *Local = nullptr;
  Value *Initial = nullptr;
};

using Places = DenseMap<const Value *, Place>;

unsigned shiftOf(const CallBase &Call) {
  const Function *Callee = Call.getCalledFunction();
  bool IsFork = Callee && (Callee->getName() == "__kmpc_fork_call" ||
                           Callee->getName() == "__kmpc_fork_teams");
  return IsFork ? 1 : 0; // fork(location, count, region, captures...)
}

/// Whether Slot only keeps what Store puts there.
bool isSpill(const AllocaInst &Slot, const StoreInst &Store) {
  return Slot.isStaticAlloca() && Store.isSimple() &&
         all_of(Slot.uses(), [&](const Use &Operand) {
           auto *Load = dyn_cast<LoadInst>(Operand.getUser());
           bool IsStored =
               Operand.getUser() == &Store &&
               Operand.getOperandNo() == StoreInst::getPointerOperandIndex();
           return IsStored ||
                  (Load && Load->isSimple() && Load->getType()->isPointerTy());
         });
}

class Captures {
  Module &M;
  const DataLayout &DL;
  MapVector<Function *, SmallVector<Site, 2>> Regions;
  DenseMap<const CallBase *, Function *> RegionOfCall;
  MapVector<Value *, Candidate> Candidates;
  DenseMap<const Value *, Argument *> SpilledOf;

public:
  explicit Captures(Module &M) : M(M), DL(M.getDataLayout()) {}

  bool run() {
    for (Function &F : M)
      findSites(F);
    if (Regions.empty())
      return false;
    findCandidates();
    while (shrink() || removeUntyped())
      ;
    return passByValue();
  }

private:
  bool isIn(const Value *V) const {
    auto Found = Candidates.find(const_cast<Value *>(V));
    return Found != Candidates.end() && !Found->second.IsOut;
  }

  /// Enters F as a region if we see all of its calls, a fork among them.
  void findSites(Function &F) {
    if (F.isDeclaration() || !F.hasLocalLinkage() || F.isVarArg() ||
        F.arg_size() < FirstCapture)
      return;
    // What the region of -g calls, which is the body of the directive.
    bool IsRegion = F.getName().contains(".omp_outlined") &&
                    F.getName().contains("_debug__");
    SmallVector<Site, 2> Sites;
    for (Use &Operand : F.uses()) {
      auto *Call = dyn_cast<CallBase>(Operand.getUser());
      if (!Call)
        return;
      unsigned Shift = shiftOf(*Call);
      bool IsFork = Shift && Call->isArgOperand(&Operand) &&
                    Call->getArgOperandNo(&Operand) == 2;
      if (!IsFork && !(Call->isCallee(&Operand) &&
                       Call->getFunctionType() == F.getFunctionType()))
        return;
      if (Call->arg_size() != F.arg_size() + Shift)
        return;
      IsRegion |= IsFork;
      Sites.push_back({Call, Shift});
    }
    if (!IsRegion || Sites.empty())
      return;
    for (const Site &S : Sites)
      RegionOfCall[S.Call] = &F;
    Regions[&F] = std::move(Sites);
  }

  /// The parameter that a region gets Operand as, if any.
  Argument *parameterOf(const Use &Operand) const {
    auto *Call = cast<CallBase>(Operand.getUser());
    Function *Region = RegionOfCall.lookup(Call);
    if (!Region || !Call->isArgOperand(&Operand))
      return nullptr;
    unsigned Number = Call->getArgOperandNo(&Operand);
    unsigned Shift = shiftOf(*Call);
    return Number < FirstCapture + Shift ? nullptr
                                         : Region->getArg(Number - Shift);
  }

  /// The variable or parameter whose address V is.
  Value *rootOf(Value *V) const {
    Argument *Spilled = SpilledOf.lookup(V);
    return Spilled ? Spilled : V;
  }

  bool fits(Type *T, const Candidate &C) const {
    return !C.ValueType ||
           DL.getTypeStoreSize(T) <= DL.getTypeStoreSize(C.ValueType);
  }

  /// Enters the uses of Pointer, which is Root's address, into C; false if
  /// there are others than we know.
  bool follow(Value &Pointer, Value &Root, Candidate &C) {
    for (Use &Operand : Pointer.uses()) {
      User *By = Operand.getUser();
      if (auto *Load = dyn_cast<LoadInst>(By)) {
        if (!Load->isSimple())
          return false;
        C.Loads.push_back(Load);
      } else if (auto *Store = dyn_cast<StoreInst>(By)) {
        if (!followStore(*Store, Operand, Root, C))
          return false;
      } else if (auto *Intrinsic = dyn_cast<IntrinsicInst>(By)) {
        if (!Intrinsic->isLifetimeStartOrEnd())
          return false;
      } else if (isa<CallBase>(By)) {
        Argument *To = parameterOf(Operand);
        if (!To)
          return false;
        C.PassedTo.push_back(To);
      } else {
        return false;
      }
    }
    return true;
  }

  bool followStore(StoreInst &Store, const Use &Operand, Value &Root,
                   Candidate &C) {
    if (Operand.getOperandNo() == StoreInst::getPointerOperandIndex())
      return isa<AllocaInst>(Root) && Store.isSimple() &&
             fits(Store.getValueOperand()->getType(), C);
    auto *Slot = dyn_cast<AllocaInst>(Store.getPointerOperand());
    if (!Slot || !isa<Argument>(Root) || !isSpill(*Slot, Store))
      return false;
    C.Spills.push_back(Slot);
    for (User *By : Slot->users())
      if (auto *Load = dyn_cast<LoadInst>(By)) {
        C.SpillLoads.push_back(Load);
        if (!follow(*Load, Root, C))
          return false;
      }
    return true;
  }

  bool isScalar(const AllocaInst &A) const {
    Type *T = A.getAllocatedType();
    bool IsKnown = T->isIntegerTy() || T->isFloatingPointTy() ||
                   (T->isPointerTy() && !T->getPointerAddressSpace());
    return IsKnown && A.isStaticAlloca() && !A.isArrayAllocation() &&
           !A.isSwiftError() && !A.isUsedWithInAlloca() &&
           DL.typeSizeEqualsStoreSize(T) &&
           DL.getTypeStoreSize(T) <= DL.getPointerSize();
  }

  void enter(Value &V) {
    if (Candidates.count(&V))
      return;
    Candidate C;
    if (auto *A = dyn_cast<AllocaInst>(&V)) {
      if (!isScalar(*A))
        return;
      C.ValueType = A->getAllocatedType();
    }
    if (!follow(V, V, C))
      return;
    for (LoadInst *Load : C.SpillLoads)
      SpilledOf[Load] = cast<Argument>(&V);
    Candidates[&V] = std::move(C);
  }

  void findCandidates() {
    for (auto &[Region, Sites] : Regions) {
      for (Argument &A : drop_begin(Region->args(), FirstCapture)) {
        if (A.getType()->isPointerTy())
          enter(A);
        for (const Site &S : Sites)
          if (auto *Local = dyn_cast<AllocaInst>(
                  S.Call->getArgOperand(A.getArgNo() + S.Shift)))
            enter(*Local);
      }
    }
  }

  /// Whether all calls pass A something in the set, of A's type; learns it.
  bool agreeOn(Argument &A, Candidate &C) {
    for (const Site &S : Regions.find(A.getParent())->second) {
      Value *From = rootOf(S.Call->getArgOperand(A.getArgNo() + S.Shift));
      if (!isIn(From))
        return false;
      Type *T = Candidates.find(From)->second.ValueType;
      if (!C.ValueType)
        C.ValueType = T;
      else if (T && T != C.ValueType)
        return false;
    }
    return true;
  }

  bool mayStay(Value &V, Candidate &C) {
    if (auto *A = dyn_cast<Argument>(&V))
      if (!agreeOn(*A, C))
        return false;
    return all_of(C.PassedTo, [&](Argument *To) { return isIn(To); }) &&
           all_of(C.Loads,
                  [&](LoadInst *Load) { return fits(Load->getType(), C); });
  }

  /// Whether anything has changed: a candidate less, or a type more.
  bool shrink() {
    bool HasChanged = false;
    for (auto &[V, C] : Candidates) {
      if (C.IsOut)
        continue;
      bool WasTyped = C.ValueType;
      C.IsOut = !mayStay(*V, C);
      HasChanged |= C.IsOut || WasTyped != bool(C.ValueType);
    }
    return HasChanged;
  }

  /// Only functions that call each other in a circle are left without types.
  bool removeUntyped() {
    bool HasChanged = false;
    for (auto &[V, C] : Candidates)
      if (!C.IsOut && !C.ValueType)
        HasChanged = C.IsOut = true;
    return HasChanged;
  }

  bool passByValue() {
    bool HasChanged = false;
    // First all parameters, so that every argument is a variable.
    for (auto &[Region, Sites] : Regions) {
      Places Moved;
      for (Argument &A : Region->args())
        if (isIn(&A))
          keepInRegion(A, Candidates.find(&A)->second, Moved);
      moveDebugInfo(*Region, Moved);
      for (auto [Spill, Local] : Moved)
        cast<AllocaInst>(const_cast<Value *>(Spill))->eraseFromParent();
    }
    for (auto &[Region, Sites] : Regions)
      for (Argument &A : Region->args())
        if (isIn(&A)) {
          HasChanged = true;
          for (const Site &S : Sites)
            passBits(*S.Call, A.getArgNo() + S.Shift);
          dropAttributes(*Region, A.getArgNo());
        }
    return HasChanged;
  }

  /// An address it is no more.
  template <typename FunctionOrCall>
  void dropAttributes(FunctionOrCall &Of, unsigned Number) {
    Of.setAttributes(
        Of.getAttributes().removeParamAttributes(M.getContext(), Number));
  }

  void passBits(CallBase &Call, unsigned Number) {
    auto *Local = cast<AllocaInst>(Call.getArgOperand(Number));
    Type *T = Local->getAllocatedType();
    IRBuilder<> B(&Call);
    Value *Bits = B.CreateAlignedLoad(T, Local, Local->getAlign());
    if (!T->isPointerTy()) {
      Bits = B.CreateBitCast(Bits, B.getIntNTy(DL.getTypeSizeInBits(T)));
      Bits = B.CreateZExt(Bits, DL.getIntPtrType(M.getContext()));
      Bits = B.CreateIntToPtr(Bits, B.getPtrTy());
    }
    Call.setArgOperand(Number, Bits);
    dropAttributes(Call, Number);
  }

  /// Makes the region's own variable of A.  The spills, without use then, are
  /// left for the debug information that names them.
  void keepInRegion(Argument &A, Candidate &C, Places &Moved) {
    Type *T = C.ValueType;
    BasicBlock &Entry = A.getParent()->getEntryBlock();
    IRBuilder<> B(&Entry, Entry.begin());
    AllocaInst *Local = B.CreateAlloca(T, nullptr, A.getName() + ".captured");
    for (LoadInst *Load : C.Loads)
      Local->setAlignment(std::max(Local->getAlign(), Load->getAlign()));
    for (LoadInst *Load : C.SpillLoads) {
      Load->replaceAllUsesWith(Local);
      Load->eraseFromParent();
    }
    A.replaceAllUsesWith(Local);
    B.SetInsertPoint(&Entry, Entry.getFirstNonPHIOrDbgOrAlloca());
    B.SetCurrentDebugLocation(DebugLoc()); // It belongs to the prologue.
    Value *Initial = &A;
    if (!T->isPointerTy()) {
      Type *Int = B.getIntNTy(DL.getTypeSizeInBits(T));
      Initial = B.CreatePtrToInt(Initial, DL.getIntPtrType(M.getContext()));
      Initial = B.CreateBitCast(B.CreateTrunc(Initial, Int), T);
    }
    StoreInst *Store = B.CreateAlignedStore(Initial, Local, Local->getAlign());
    for (AllocaInst *Spill : C.Spills) {
      auto *Old = cast<Instruction>(Spill->user_back());
      Store->copyMetadata(*Old, {LLVMContext::MD_DIAssignID});
      Local->copyMetadata(*Spill, {LLVMContext::MD_DIAssignID});
      Old->eraseFromParent();
      Moved[Spill] = {Local, Initial};
    }
  }

  /// Debuggers know a captured variable as a reference that is in the spill.
  void moveDebugInfo(Function &F, const Places &Moved) {
    if (Moved.empty() || !F.getSubprogram())
      return;
    DenseMap<Metadata *, Metadata *> Instead;
    compat::forEachPlace(F, [&](auto &Record, Value *Spill) {
      Place To = Moved.lookup(Spill);
      DILocalVariable *Old = Record.getVariable();
      auto *Reference = dyn_cast_or_null<DIDerivedType>(Old->getType());
      if (!To.Local || !Reference ||
          Reference->getTag() != dwarf::DW_TAG_reference_type)
        return;
      auto *Plain = DILocalVariable::get(
          F.getContext(), Old->getScope(), Old->getName(), Old->getFile(),
          Old->getLine(), Reference->getBaseType(), Old->getArg(),
          Old->getFlags(), Old->getAlignInBits(), Old->getAnnotations());
      Record.setVariable(Plain);
      // What the parameter's address was assigned to has its value now.
      if (Record.getVariableLocationOp(0) == To.Local)
        Record.replaceVariableLocationOp(To.Local, To.Initial);
      Record.replaceVariableLocationOp(Spill, To.Local);
      Instead[Old] = Plain;
    });
    // Optimised code lists its variables a second time.
    SmallVector<Metadata *> Retained;
    for (DINode *Node : F.getSubprogram()->getRetainedNodes()) {
      Metadata *Other = Instead.lookup(Node);
      Retained.push_back(Other ? Other : Node);
    }
    compat::setRetainedNodes(*F.getSubprogram(),
                             MDTuple::get(F.getContext(), Retained));
  }
};

} // namespace

bool passCapturesByValue(Module &M) { return Captures(M).run(); }

} // namespace millipage
