// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ir/Unit.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace millipage {

static constexpr char SlotAttribute[] = "millipage-slot";
static constexpr char AnnotationPrefix[] = "millipage.shared:";

Unit::Unit(Module &M) : M(M) {
  LLVMContext &C = M.getContext();
  Type *Ptr = PointerType::get(C, 0);
  Type *I32 = Type::getInt32Ty(C), *I64 = Type::getInt64Ty(C);
  // struct mpg_abi_slot and struct mpg_abi_var of millipage/abi.h.
  SlotType = StructType::get(C, {Ptr, I64, I64, I64, I64});
  RowType = StructType::get(C, {Ptr, Ptr, I32, I32, I32, I32, I64, I64, I64,
                                I64, I64, Ptr, Ptr, Ptr});
}

Constant *Unit::addressOfRow(unsigned Index) const {
  Type *I32 = Type::getInt32Ty(M.getContext());
  Constant *Indices[] = {ConstantInt::get(I32, 0),
                         ConstantInt::get(I32, Index)};
  return ConstantExpr::getInBoundsGetElementPtr(Table->getValueType(), Table,
                                                Indices);
}

bool isSlot(const Value *V) {
  auto *GV = dyn_cast<GlobalVariable>(V);
  return GV && GV->hasAttribute(SlotAttribute);
}

//===--- Slots ------------------------------------------------------------===//

// The runtime writes slots behind the optimiser's back: without
// externally_initialized the slot of a static variable would fold to null.
static GlobalVariable *makeSlot(Unit &U, const Twine &Name,
                                GlobalValue::LinkageTypes Linkage,
                                bool IsDefined) {
  auto *Slot = new GlobalVariable(
      U.M, U.SlotType, /*isConstant=*/false, Linkage,
      IsDefined ? Constant::getNullValue(U.SlotType) : nullptr, Name, nullptr,
      GlobalValue::NotThreadLocal, 0, /*isExternallyInitialized=*/true);
  Slot->setAlignment(Align(8));
  Slot->addAttribute(SlotAttribute);
  return Slot;
}

static void addVariable(Unit &U, GlobalVariable *GV, Mark M) {
  StringRef Name = GV->getName();
  Name.consume_front("\1");
  bool IsDefined = !GV->isDeclaration();
  auto Linkage = GV->hasLocalLinkage() ? GlobalValue::InternalLinkage
                                       : GlobalValue::ExternalLinkage;
  // Perhaps no unit defines it, because it is a library's, declared by hand.
  // A common symbol stands in then; otherwise it gives way to the definition,
  // and like an undefined one it has linkers look for that in archives.
  bool IsCommon = !IsDefined && M.isImplicit();
  if (IsCommon)
    Linkage = GlobalValue::CommonLinkage;
  Row R;
  R.TheMark = std::move(M);
  R.Variable = GV;
  R.Slot = makeSlot(U, Name + ".mpg", Linkage, IsDefined || IsCommon);
  R.Slot->setVisibility(GV->getVisibility());
  R.Slot->setDSOLocal(GV->isDSOLocal());
  if (IsDefined && !GV->getInitializer()->isNullValue())
    R.Image = GV->getInitializer();
  GV->setSection("");
  U.RowOfVariable[GV] = U.Rows.size();
  U.Rows.push_back(std::move(R));
}

static void addHeapRow(Unit &U, const CallBase &Call, unsigned Argument) {
  std::optional<Mark> M = markArgument(Call, Argument);
  if (!M)
    return;
  auto [Entry, IsNew] = U.RowOfHeapMark.try_emplace(M->encode(), U.Rows.size());
  if (!IsNew)
    return;
  Row R;
  R.Slot = makeSlot(U, M->Name + ".heap.mpg", GlobalValue::InternalLinkage,
                    /*IsDefined=*/true);
  R.TheMark = std::move(*M);
  U.Rows.push_back(std::move(R));
}

std::optional<Mark> markArgument(const CallBase &Call, unsigned Index) {
  StringRef Text;
  if (Index < Call.arg_size() &&
      getConstantStringInfo(Call.getArgOperand(Index), Text))
    return Mark::decode(Text);
  return std::nullopt;
}

//===--- Traces of the syntax half ----------------------------------------===//

static void dropGlobal(GlobalVariable *GV) {
  removeFromUsedLists(*GV->getParent(), [GV](Constant *C) { return C == GV; });
  GV->eraseFromParent();
}

// A function whose only user was the guard would stay as an undefined symbol.
static void dropGuard(Module &M) {
  if (GlobalVariable *Guard = M.getGlobalVariable(names::Guard, true))
    dropGlobal(Guard);
  Function *Target = M.getFunction(names::GuardTarget);
  if (Target && Target->use_empty())
    Target->eraseFromParent();
}

static void applyLateMarks(Module &M) {
  // Dropping one makes the list of used globals anew, which is a global too:
  // an iterator might stand on the old one.
  SmallVector<GlobalVariable *> Late;
  for (GlobalVariable &GV : M.globals())
    if (GV.getName().starts_with(names::Late) && GV.hasInitializer())
      Late.push_back(&GV);
  for (GlobalVariable *GV : Late) {
    Value *Target = GV->getInitializer()->stripPointerCasts();
    if (auto *Variable = dyn_cast<GlobalVariable>(Target))
      Variable->setSection(GV->getSection() == names::NotShared
                               ? StringRef()
                               : GV->getSection());
    dropGlobal(GV);
  }
}

static bool isOurAnnotation(const Value *Text) {
  StringRef String;
  return getConstantStringInfo(Text, String) &&
         String.starts_with(AnnotationPrefix);
}

// Clang records annotations of definitions; ours would keep the variables
// alive.
static void dropGlobalAnnotations(Module &M) {
  GlobalVariable *Old = M.getGlobalVariable("llvm.global.annotations");
  if (!Old || !Old->hasInitializer())
    return;
  auto *List = dyn_cast<ConstantArray>(Old->getInitializer());
  if (!List)
    return;
  SmallVector<Constant *> Kept;
  for (Use &Entry : List->operands())
    if (!isOurAnnotation(cast<Constant>(Entry)->getAggregateElement(1)))
      Kept.push_back(cast<Constant>(Entry));
  if (Kept.size() == List->getNumOperands())
    return;
  if (!Kept.empty()) {
    auto *Type = ArrayType::get(Kept[0]->getType(), Kept.size());
    auto *New = new GlobalVariable(M, Type, false, Old->getLinkage(),
                                   ConstantArray::get(Type, Kept), "", Old);
    New->setSection(Old->getSection());
    New->takeName(Old);
  }
  Old->eraseFromParent();
}

// A leftover llvm.var.annotation would keep its variable in memory.
static void dropLocalAnnotations(Module &M) {
  for (Function &F : M)
    for (BasicBlock &BB : F)
      for (Instruction &I : make_early_inc_range(BB)) {
        auto *Call = dyn_cast<IntrinsicInst>(&I);
        if (!Call || (Call->getIntrinsicID() != Intrinsic::var_annotation &&
                      Call->getIntrinsicID() != Intrinsic::ptr_annotation))
          continue;
        if (!isOurAnnotation(Call->getArgOperand(1)))
          continue;
        if (!Call->getType()->isVoidTy())
          Call->replaceAllUsesWith(Call->getArgOperand(0));
        Call->eraseFromParent();
      }
}

//===--- Entry points -----------------------------------------------------===//

static void collectHeapRows(Unit &U) {
  const std::pair<const char *, unsigned> Markers[] = {
      {names::HeapPointer, 1},
      {names::HeapMalloc, 0},
      {names::HeapCalloc, 0},
      {names::HeapRealloc, 0},
      {names::HeapAlignedAlloc, 0}};
  for (auto [Name, Argument] : Markers)
    if (Function *F = U.M.getFunction(Name))
      for (User *Caller : F->users())
        if (auto *Call = dyn_cast<CallBase>(Caller))
          addHeapRow(U, *Call, Argument);
}

// `&(struct s){1}` at file scope is a variable without a declaration.
static void markCompoundLiterals(Module &M) {
  for (GlobalVariable &GV : M.globals()) {
    if (!GV.getName().starts_with(".compoundliteral") || GV.isConstant() ||
        GV.isThreadLocal() || GV.isDeclaration() || isSlot(&GV))
      continue;
    Mark Literal;
    Literal.Flags = MPG_VAR_CONTIGUOUS | MPG_VAR_INTERNAL | MPG_VAR_IMPLICIT;
    Literal.Element = M.getDataLayout().getTypeAllocSize(GV.getValueType());
    Literal.Name = "compound literal";
    Literal.File = M.getSourceFileName();
    GV.setSection(Literal.encode());
  }
}

void collectRows(Unit &U) {
  dropGuard(U.M);
  applyLateMarks(U.M);
  dropGlobalAnnotations(U.M);
  dropLocalAnnotations(U.M);
  if (isOpenMP(U.M))
    markCompoundLiterals(U.M);
  SmallVector<GlobalVariable *> Globals;
  for (GlobalVariable &GV : U.M.globals())
    Globals.push_back(&GV);
  for (GlobalVariable *GV : Globals)
    if (std::optional<Mark> M = Mark::decode(GV->getSection()))
      addVariable(U, GV, std::move(*M));
  collectHeapRows(U);
  if (U.Rows.empty())
    return;
  auto *TableType = ArrayType::get(U.RowType, U.Rows.size());
  U.Table =
      new GlobalVariable(U.M, TableType, /*isConstant=*/true,
                         GlobalValue::InternalLinkage, nullptr, "mpg.rows");
}

void eraseVariables(Unit &U) {
  removeFromUsedLists(U.M, [&U](Constant *C) {
    return U.rowOf(C->stripPointerCasts()) != nullptr;
  });
  for (Row &R : U.Rows) {
    if (!R.Variable)
      continue;
    R.Variable->removeDeadConstantUsers();
    if (!R.Variable->use_empty())
      U.M.getContext().emitError("'" + R.TheMark.Name +
                                 "' is shared and used in a way that the "
                                 "millipage plugin does not support");
    else
      R.Variable->eraseFromParent();
  }
}

} // namespace millipage
