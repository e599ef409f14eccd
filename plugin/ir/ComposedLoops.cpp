// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that go through minipages in order.
//
// Each access computes the view of its minipage, and each minipage has a
// translation of its own: `a[i] += 1` with minipages of 128 bytes takes eight
// times as long as in plain C.  The runtime also has the *composed view*, in
// which the variable is contiguous; a page can be accessed there while all
// minipages that it has may be.  An address of the one means the same as of
// the other, and both are coherent; they differ in what a fault brings.  The
// runtime says in the slot which it advises:
//
//     address(offset) = base + offset + composed,  unless composed is
//                                                  MPG_COMPOSED_OFF
//
// So a loop that goes through a variable in order is made twice: with the
// views, and with the composed view, in which nothing is left of minipages and
// which can be vectorised.  Which of them runs is asked each time that the loop
// is entered, and not once for the loops around it: the advice changes when
// hosts turn out to use minipages of one page for different things, and a loop
// that goes on regardless takes the page from the others for each access.  So
// the load is atomic, which nobody moves out of a loop.
//
// Accesses that jump about keep to their minipages in both, and so do loops
// that call something: what they wait for, or guard by a lock, is what hosts
// contend for, and minipages keep apart.
//
// This is late in the pipeline, directly before vectorisation: early enough to
// profit, late enough to know what moves in order.  Access.cpp's product of a
// view and a slot's stride survives until here, since nothing is known of its
// factors; where it did not survive the loop remains as it is.
#include "ir/Unit.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

using namespace llvm;

namespace millipage {
namespace {

// Bytes from one access to the next that are still in order: a page has some.
constexpr int64_t MaxStep = 512;
// Instructions of a loop that is made twice.
constexpr unsigned MaxLoop = 300;

constexpr unsigned StrideField = 3, ComposedField = 4;

uint64_t fieldOffset(const DataLayout &DL, const GlobalVariable &Slot,
                     unsigned Field) {
  auto *T = cast<StructType>(Slot.getValueType());
  return DL.getStructLayout(T)->getElementOffset(Field);
}

/// The slot whose stride V is, or null.  (Nobody but us loads strides.  That
/// they are invariant was forgotten if the load has been moved.)
GlobalVariable *slotOfStride(Value *V) {
  auto *Load = dyn_cast<LoadInst>(V);
  if (!Load)
    return nullptr;
  const DataLayout &DL = Load->getModule()->getDataLayout();
  APInt Offset(DL.getIndexTypeSizeInBits(Load->getPointerOperandType()), 0);
  Value *From = Load->getPointerOperand()->stripAndAccumulateConstantOffsets(
      DL, Offset, /*AllowNonInbounds=*/true);
  if (!isSlot(From))
    return nullptr;
  auto *Slot = cast<GlobalVariable>(From);
  return Offset == fieldOffset(DL, *Slot, StrideField) ? Slot : nullptr;
}

/// view * stride, as Access.cpp computes it.
struct Displacement {
  BinaryOperator *Product;
  Value *View;
  GlobalVariable *Slot;
};

std::optional<Displacement> displacementOf(Instruction &I) {
  auto *Product = dyn_cast<BinaryOperator>(&I);
  if (!Product || Product->getOpcode() != Instruction::Mul)
    return std::nullopt;
  for (unsigned Stride : {0u, 1u})
    if (GlobalVariable *Slot = slotOfStride(Product->getOperand(Stride)))
      return Displacement{Product, Product->getOperand(1 - Stride), Slot};
  return std::nullopt;
}

/// What is accessed through a displacement; false when it may be anything
/// else than loads and stores, which are all that may go through the composed
/// view: a pointer that is kept is compared with others, or read by others.
bool collectAccesses(Value &From, SmallPtrSetImpl<Instruction *> &Accesses) {
  for (Use &U : From.uses()) {
    auto *I = cast<Instruction>(U.getUser());
    bool IsGood = false;
    if (auto *Load = dyn_cast<LoadInst>(I))
      IsGood = Load->isSimple() && Accesses.insert(I).second;
    else if (auto *Store = dyn_cast<StoreInst>(I))
      IsGood = Store->isSimple() &&
               U.getOperandNo() == StoreInst::getPointerOperandIndex() &&
               Accesses.insert(I).second;
    else if (isa<GetElementPtrInst>(I) || I->getOpcode() == Instruction::Add)
      IsGood = collectAccesses(*I, Accesses);
    if (!IsGood)
      return false;
  }
  return true;
}

class ComposedLoops {
  Function &F;
  LoopInfo &LI;
  DominatorTree &DT;
  ScalarEvolution &SE;
  AssumptionCache &AC;

  using Chosen = SmallVector<Displacement, 4>;

public:
  ComposedLoops(Function &F, FunctionAnalysisManager &FAM)
      : F(F), LI(FAM.getResult<LoopAnalysis>(F)),
        DT(FAM.getResult<DominatorTreeAnalysis>(F)),
        SE(FAM.getResult<ScalarEvolutionAnalysis>(F)),
        AC(FAM.getResult<AssumptionAnalysis>(F)) {}

  bool run() {
    // Copies are not looked at again.
    SmallVector<Loop *> All = LI.getLoopsInPreorder();
    bool Changed = false;
    for (Loop *L : LI)
      Changed |= simplifyLoop(L, &DT, &LI, &SE, &AC, nullptr,
                              /*PreserveLCSSA=*/false);
    for (Loop *L : reverse(All)) { // Inner ones first.
      Chosen C;
      if (mayBeTwice(*L) && choose(*L, C))
        Changed |= makeTwice(*L, C);
    }
    return Changed;
  }

private:
  static bool isHarmless(const Instruction &I) {
    if (auto *Load = dyn_cast<LoadInst>(&I);
        Load && isSlot(Load->getPointerOperand()->stripInBoundsOffsets()))
      return true; // The question of a loop within.
    auto *Call = dyn_cast<CallBase>(&I);
    if (!Call)
      return !I.isAtomic() && !I.isVolatile();
    return isa<IntrinsicInst>(Call) || !Call->mayWriteToMemory();
  }

  static bool mayBeTwice(const Loop &L) {
    unsigned Size = 0;
    for (BasicBlock *BB : L.blocks()) {
      if (!all_of(*BB, isHarmless))
        return false;
      Size += BB->size();
    }
    return Size <= MaxLoop && L.isLoopSimplifyForm() && L.isSafeToClone();
  }

  // By the address with the displacement taken out of it, as it would be in
  // the composed view.
  bool isInOrder(const Loop &L, const Displacement &D, Instruction &Access) {
    if (!L.contains(&Access))
      return false;
    ValueToSCEVMapTy NoView;
    NoView[D.View] = SE.getZero(D.View->getType());
    const SCEV *Address = SE.getSCEV(getLoadStorePointerOperand(&Access));
    auto *Moving = dyn_cast<SCEVAddRecExpr>(
        SCEVParameterRewriter::rewrite(Address, SE, NoView));
    auto *Step = Moving ? dyn_cast<SCEVConstant>(Moving->getStepRecurrence(SE))
                        : nullptr;
    return Step && !Step->isZero() &&
           Step->getAPInt().abs().ule(uint64_t(MaxStep));
  }

  /// What L itself computes, and not a loop within.
  bool choose(Loop &L, Chosen &C) {
    for (BasicBlock *BB : L.blocks())
      for (Instruction &I : *BB) {
        std::optional<Displacement> D = displacementOf(I);
        SmallPtrSet<Instruction *, 8> Accesses;
        if (!D || LI.getLoopFor(BB) != &L || !collectAccesses(I, Accesses) ||
            Accesses.empty())
          continue;
        if (all_of(Accesses,
                   [&](Instruction *A) { return isInOrder(L, *D, *A); }))
          C.push_back(*D);
      }
    return !C.empty();
  }

  bool makeTwice(Loop &L, Chosen &C) {
    // Loops within may have been made twice, which leaves them untidy.
    simplifyLoop(&L, &DT, &LI, &SE, &AC, nullptr, /*PreserveLCSSA=*/false);
    formLCSSARecursively(L, DT, &LI, &SE);
    BasicBlock *Question = L.getLoopPreheader();
    BasicBlock *WithViews =
        SplitBlock(Question, Question->getTerminator(), &DT, &LI);
    ValueToValueMapTy Copy;
    SmallVector<BasicBlock *> Copies;
    Loop *Composed = cloneLoopWithPreheader(WithViews, Question, &L, Copy,
                                            ".composed", &LI, &DT, Copies);
    remapInstructionsInBlocks(Copies, Copy);
    joinExits(L, Copy);
    ask(*Question, *Composed->getLoopPreheader(), *WithViews, C, Copy);
    advanceLate(*Composed);
    SE.forgetTopmostLoop(&L);
    DT.recalculate(F);
    return true;
  }

  // A view begins with the index plus one, so the counters of the loop were
  // advanced early.  Now they are when plain C does it, behind the access: a
  // processor may care.
  static void advanceLate(Loop &L) {
    BasicBlock *Latch = L.getLoopLatch();
    for (PHINode &Phi : L.getHeader()->phis()) {
      auto *Next =
          dyn_cast<BinaryOperator>(Phi.getIncomingValueForBlock(Latch));
      if (!Next || Next->getParent() != Latch ||
          !is_contained(Next->operands(), &Phi))
        continue;
      Instruction *First = Latch->getTerminator();
      for (User *U : Next->users())
        if (auto *I = cast<Instruction>(U); !isa<PHINode>(I) &&
                                            I->getParent() == Latch &&
                                            I->comesBefore(First))
          First = I;
      Next->moveBefore(*Latch, First->getIterator());
    }
  }

  // Where the loop leads to, its copy leads as well.
  static void joinExits(Loop &L, ValueToValueMapTy &Copy) {
    SmallVector<BasicBlock *> Exits;
    L.getUniqueExitBlocks(Exits);
    for (BasicBlock *Exit : Exits)
      for (PHINode &Phi : Exit->phis())
        for (unsigned I = 0, E = Phi.getNumIncomingValues(); I != E; ++I) {
          Value *Incoming = Phi.getIncomingValue(I);
          if (Value *Copied = Copy.lookup(Incoming))
            Incoming = Copied;
          Phi.addIncoming(
              Incoming, cast<BasicBlock>(Copy.lookup(Phi.getIncomingBlock(I))));
        }
  }

  // Question's end: whether all are composed.
  void ask(BasicBlock &Question, BasicBlock &Composed, BasicBlock &WithViews,
           Chosen &C, ValueToValueMapTy &Copy) {
    Instruction *End = Question.getTerminator();
    IRBuilder<> B(End);
    MapVector<GlobalVariable *, Value *> OfSlot;
    Value *AreAll = nullptr;
    for (Displacement &D : C) {
      Value *&Distance = OfSlot[D.Slot];
      if (!Distance) {
        Value *Address =
            B.CreateStructGEP(D.Slot->getValueType(), D.Slot, ComposedField);
        auto *Load = B.CreateAlignedLoad(B.getInt64Ty(), Address, Align(8),
                                         D.Slot->getName() + ".composed");
        Load->setAtomic(AtomicOrdering::Monotonic);
        Distance = Load;
        Value *Is = B.CreateICmpNE(Distance, B.getInt64(MPG_COMPOSED_OFF));
        AreAll = AreAll ? B.CreateAnd(AreAll, Is) : Is;
      }
      auto *Product = cast<Instruction>(Copy.lookup(D.Product));
      Product->replaceAllUsesWith(Distance);
      RecursivelyDeleteTriviallyDeadInstructions(Product);
    }
    // Where it is not composed, other things cost more than this branch.
    MDNode *Likely = MDBuilder(F.getContext()).createBranchWeights(15, 1);
    B.CreateCondBr(AreAll, &Composed, &WithViews, Likely);
    End->eraseFromParent();
  }
};

/// Whether F uses any variable that need not be contiguous.
bool hasDisplacement(Function &F) {
  for (BasicBlock &BB : F)
    for (Instruction &I : BB)
      if (slotOfStride(&I))
        return true;
  return false;
}

} // namespace

bool composeLoops(Function &F, FunctionAnalysisManager &FAM) {
  if (F.hasOptNone() || F.hasOptSize() || !hasDisplacement(F))
    return false;
  return ComposedLoops(F, FAM).run();
}

} // namespace millipage
