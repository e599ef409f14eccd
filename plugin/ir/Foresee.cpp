// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops say what they are about to go through.
//
// A loop finds out page by page what is not here: each page costs a fault, and
// each fault a round trip, until the runtime has seen enough of them to guess
// the rest.  What the compiler knows need not be guessed.  So a nest of loops
// begins with a call that lists its *uses* of memory,
//
//     start + i0 * step0 + i1 * step1 + ..,    0 <= ik <= timesk,
//
// innermost loop first, and the runtime asks for all that is missing at once
// (runtime/engine/foresee.c).  Copies and fills say the same of themselves.  It
// is advice in every respect: what is said may be wrong, and what is not said
// faults.
//
// A use is what happens in each iteration of all loops around it.  What is
// behind a condition may never happen, and its pages may be somebody else's.
// The call stands in front of the outermost loop that all of the numbers are
// known before; but not outside of a loop that calls what may wait for other
// threads, for what they write meanwhile would be asked for too early.
//
// Most loops are short, or run again and again over what is here.  So a
// question stands in front of the call: whether any of the loops is longer than
// a page.
//
// This is where ComposedLoops is, and for its reasons, and behind it, because a
// loop with such a call in it is not made twice.
#include "Compat.h"
#include "Layout.h"
#include "ir/Unit.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Support/ModRef.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"
#include <cmath>

using namespace llvm;

namespace millipage {
namespace {

constexpr char Foresee[] = "mpg__foresee";
// An attribute of functions that have been seen to.
constexpr char Done[] = "millipage-foreseen";

// Uses that a call lists; more are rare.
constexpr unsigned MaxUses = 16;
// Iterations between neighbours.
constexpr int64_t MaxAhead = 8;
// Bytes between uses that are one, and of loops that are not worth a call.
constexpr uint64_t Page = PageBytes;

/// A loop around a use.
struct Level {
  const SCEV *Step;
  const SCEV *Times; ///< Iterations but the first one, if it is entered: ...
  Value *Guard;      ///< ... if this is known before, and
  bool Enters;       ///< like this.
  int64_t More = 0;  ///< Iterations, by which neighbours are ahead.

  bool operator==(const Level &Other) const {
    return Step == Other.Step && Times == Other.Times && Guard == Other.Guard &&
           Enters == Other.Enters;
  }
};

struct UseOfMemory {
  const SCEV *Start;
  SmallVector<Level, 4> Levels; ///< Innermost first.
  uint64_t Bytes;
  bool IsWrite;
};

class Foresight {
  Function &F;
  LoopInfo &LI;
  DominatorTree &DT;
  ScalarEvolution &SE;
  const TargetLibraryInfo &TLI;
  const DataLayout &DL;

public:
  Foresight(Function &F, FunctionAnalysisManager &FAM)
      : F(F), LI(FAM.getResult<LoopAnalysis>(F)),
        DT(FAM.getResult<DominatorTreeAnalysis>(F)),
        SE(FAM.getResult<ScalarEvolutionAnalysis>(F)),
        TLI(FAM.getResult<TargetLibraryAnalysis>(F)),
        DL(F.getParent()->getDataLayout()) {}

  bool run() {
    bool Changed = sayCopies();
    for (Loop *L : LI)
      Changed |= simplifyLoop(L, &DT, &LI, &SE, nullptr, nullptr,
                              /*PreserveLCSSA=*/false);
    SmallVector<Loop *> Outermost(LI.begin(), LI.end());
    for (Loop *L : Outermost)
      Changed |= visit(*L, {});
    return Changed;
  }

private:
  using Said = SmallPtrSet<Instruction *, 32>;

  /// L, but for what the loops around it have said already.
  bool visit(Loop &L, Said Known) {
    SmallVector<UseOfMemory> Uses;
    if (L.getLoopPreheader() && all_of(L.blocks(), [&](BasicBlock *BB) {
          return all_of(*BB, [&](Instruction &I) { return isHarmless(I); });
        }))
      for (BasicBlock *BB : L.blocks())
        for (Instruction &I : *BB)
          if (!Known.contains(&I) && collect(L, I, Uses))
            Known.insert(&I);
    bool Changed = say(L, Uses);
    SmallVector<Loop *> Inner(L.begin(), L.end());
    for (Loop *Sub : Inner)
      Changed |= visit(*Sub, Known);
    return Changed;
  }

  // Whether no other thread can have written what L reads because L waited.
  bool isHarmless(const Instruction &I) const {
    auto *Call = dyn_cast<CallBase>(&I);
    if (!Call) {
      auto *Load = dyn_cast<LoadInst>(&I);
      bool AsksSlot =
          Load && isSlot(Load->getPointerOperand()->stripInBoundsOffsets());
      return AsksSlot || (!I.isAtomic() && !I.isVolatile());
    }
    if (isa<IntrinsicInst>(Call) || !Call->mayWriteToMemory() ||
        Call->hasFnAttr(Attribute::NoSync))
      return true;
    LibFunc Function;
    return TLI.getLibFunc(*Call, Function) && TLI.hasOptimizedCodeGen(Function);
  }

  // Whether each iteration of Outer comes to BB, which is in Inner.
  bool isEachTime(const Loop &Outer, const Loop *Inner,
                  const BasicBlock *BB) const {
    for (;; Inner = Inner->getParentLoop()) {
      const BasicBlock *Latch = Inner->getLoopLatch();
      if (!Latch || !DT.dominates(BB, Latch))
        return false;
      if (Inner == &Outer)
        return true;
      // Whether it is entered is asked in front of it; it mostly is.
      BranchInst *Guard = Inner->getLoopGuardBranch();
      BB = Guard ? Guard->getParent() : Inner->getHeader();
    }
  }

  /// Whether Pointer may be one into shared memory, as far as is to be seen.
  static bool mayBeShared(const Value *Pointer) {
    const Value *Base = getUnderlyingObject(Pointer);
    return !isa<AllocaInst>(Base) && !isa<Constant>(Base);
  }

  bool collect(Loop &L, Instruction &I, SmallVectorImpl<UseOfMemory> &Uses) {
    Value *Pointer = getLoadStorePointerOperand(&I);
    Loop *Inner = LI.getLoopFor(I.getParent());
    if (!Pointer || !isEachTime(L, Inner, I.getParent()))
      return false;
    TypeSize Bytes = DL.getTypeStoreSize(getLoadStoreType(&I));
    UseOfMemory Use = {SE.getSCEV(Pointer), {}, 0, isa<StoreInst>(I)};
    if (Bytes.isScalable() || !unwind(L, *Inner, Use) ||
        !mayBeShared(Pointer) || isSmall(Use))
      return false;
    Use.Bytes = Bytes.getFixedValue();
    add(Use, Uses);
    return true;
  }

  // Takes the loops from Inner to Outer out of the address.
  bool unwind(Loop &Outer, Loop &Inner, UseOfMemory &Use) {
    for (Loop *L = &Inner;; L = L->getParentLoop()) {
      auto *Moving = dyn_cast<SCEVAddRecExpr>(Use.Start);
      if (Moving && Moving->getLoop() == L) {
        const SCEV *Step = Moving->getStepRecurrence(SE);
        const SCEV *Times = SE.getBackedgeTakenCount(L);
        if (!Moving->isAffine() || isa<SCEVCouldNotCompute>(Times) ||
            !isKnownBefore(Outer, Step) || !isKnownBefore(Outer, Times))
          return false;
        auto [Guard, Enters] = guardOf(Outer, *L);
        Use.Levels.push_back({number(Step), number(Times), Guard, Enters, 0});
        Use.Start = Moving->getStart();
      }
      if (L == &Outer)
        break;
    }
    return !Use.Levels.empty() && isKnownBefore(Outer, Use.Start);
  }

  /// What has been asked in front of L, if it can be asked in front of Outer.
  std::pair<Value *, bool> guardOf(const Loop &Outer, const Loop &L) const {
    BranchInst *Guard = &L == &Outer ? nullptr : L.getLoopGuardBranch();
    if (!Guard)
      return {nullptr, false};
    Value *Condition = Guard->getCondition();
    if (!DT.dominates(Condition, Outer.getLoopPreheader()->getTerminator()))
      return {nullptr, false};
    return {Condition, Guard->getSuccessor(0) == L.getLoopPreheader()};
  }

  bool isKnownBefore(Loop &L, const SCEV *S) {
    Instruction *End = L.getLoopPreheader()->getTerminator();
    return SE.isLoopInvariant(S, &L) &&
           SE.getTypeSizeInBits(S->getType()) <= 64 &&
           compat::makeExpander(SE, DL).isSafeToExpandAt(S, End);
  }

  const SCEV *number(const SCEV *S) {
    Type *I64 = Type::getInt64Ty(F.getContext());
    // Steps are of the pointer's width already.
    return SE.getNoopOrZeroExtend(S, I64);
  }

  /// Bytes that a loop moves by, or none if that is not known here.
  static std::optional<uint64_t> span(const Level &L) {
    auto *Step = dyn_cast<SCEVConstant>(L.Step);
    auto *Times = dyn_cast<SCEVConstant>(L.Times);
    if (!Step || !Times)
      return std::nullopt;
    APInt Bytes =
        Step->getAPInt().abs().zext(128) * Times->getAPInt().zext(128);
    return Bytes.getLimitedValue();
  }

  static bool isSmall(const UseOfMemory &Use) {
    return all_of(Use.Levels, [](const Level &L) {
      std::optional<uint64_t> Bytes = span(L);
      return Bytes && *Bytes <= Page;
    });
  }

  // The neighbours in a stencil and the members of a struct are one use.
  void add(const UseOfMemory &New, SmallVectorImpl<UseOfMemory> &Uses) {
    for (UseOfMemory &Use : Uses) {
      if (!(Use.Levels == New.Levels))
        continue;
      auto *Distance =
          dyn_cast<SCEVConstant>(SE.getMinusSCEV(New.Start, Use.Start));
      if (!Distance || Distance->getAPInt().getSignificantBits() > 31)
        continue;
      int64_t At = Distance->getAPInt().getSExtValue();
      if (Use.IsWrite == New.IsWrite ? merge(Use, New, At)
                                     : isSame(Use, New, At))
        return;
    }
    if (Uses.size() < MaxUses)
      Uses.push_back(New);
  }

  // What is read and written is written; but not all around that is read, which
  // others write.
  static bool isSame(UseOfMemory &Use, const UseOfMemory &New, int64_t At) {
    bool IsGrown = any_of(Use.Levels, [](const Level &L) { return L.More; });
    if (At || Use.Bytes != New.Bytes || IsGrown)
      return false;
    Use.IsWrite = true;
    return true;
  }

  /// Whether New, which begins At bytes behind Use, is part of it now: it may
  /// be some iterations of one of the loops ahead or behind.
  bool merge(UseOfMemory &Use, const UseOfMemory &New, int64_t At) {
    if (widen(Use, New, At))
      return true;
    for (Level &Each : Use.Levels) {
      auto *Step = dyn_cast<SCEVConstant>(Each.Step);
      if (!Step || Step->getAPInt().getSignificantBits() > 32)
        continue;
      double Exact = double(At) / double(Step->getAPInt().getSExtValue());
      if (std::fabs(Exact) > MaxAhead)
        continue;
      int64_t Ahead = std::lround(Exact);
      int64_t Way = Ahead * Step->getAPInt().getSExtValue();
      // Where Use begins New has been: it begins there, too.
      UseOfMemory Wide = Use;
      if (Ahead < 0)
        Wide.Start = SE.getAddExpr(Use.Start, offset(Way));
      if (!widen(Wide, New, At - Way))
        continue;
      Use.Start = Wide.Start;
      Use.Bytes = Wide.Bytes;
      Each.More = Ahead < 0 ? Each.More - Ahead : std::max(Each.More, Ahead);
      return true;
    }
    return false;
  }

  /// The same without loops, if that leaves no large gap.
  bool widen(UseOfMemory &Use, const UseOfMemory &New, int64_t At) {
    int64_t End = At + int64_t(New.Bytes);
    if (At > int64_t(Use.Bytes + Page) || End + int64_t(Page) < 0)
      return false;
    int64_t From = std::min<int64_t>(At, 0);
    int64_t To = std::max<int64_t>(End, Use.Bytes);
    if (From)
      Use.Start = SE.getAddExpr(Use.Start, offset(From));
    Use.Bytes = To - From;
    return true;
  }

  const SCEV *offset(int64_t Bytes) {
    return SE.getConstant(Type::getInt64Ty(F.getContext()), uint64_t(Bytes),
                          /*isSigned=*/true);
  }

  bool say(Loop &L, MutableArrayRef<UseOfMemory> Uses) {
    if (Uses.empty())
      return false;
    // What is both is asked for to write, and nothing is asked for twice.
    std::stable_partition(Uses.begin(), Uses.end(),
                          [](const UseOfMemory &Use) { return Use.IsWrite; });
    Instruction *End = L.getLoopPreheader()->getTerminator();
    SCEVExpander Expander = compat::makeExpander(SE, DL);
    if (Value *IsLong = isAnyLong(Uses, Expander, End))
      End = branchOn(IsLong, End);
    IRBuilder<> B(End);
    Type *I64 = B.getInt64Ty();
    SmallVector<Value *> Arguments = {B.getInt32(Uses.size())};
    for (const UseOfMemory &Use : Uses) {
      Arguments.push_back(
          Expander.expandCodeFor(Use.Start, Use.Start->getType(), End));
      Arguments.push_back(B.getInt64(Use.Bytes));
      Arguments.push_back(B.getInt32(Use.Levels.size() * 2 + Use.IsWrite));
      for (const Level &Each : Use.Levels) {
        Arguments.push_back(Expander.expandCodeFor(Each.Step, I64, End));
        Arguments.push_back(timesOf(Each, Expander, End));
      }
    }
    CallInst *Call = IRBuilder<>(End).CreateCall(callee(), Arguments);
    Call->setDebugLoc(L.getStartLoc());
    return true;
  }

  // More than can be, where the loop is not entered.
  static Value *timesOf(const Level &L, SCEVExpander &Expander,
                        Instruction *At) {
    IRBuilder<> B(At);
    Value *Times = Expander.expandCodeFor(L.Times, B.getInt64Ty(), At);
    if (L.More)
      Times = B.CreateAdd(Times, B.getInt64(L.More));
    Value *Never = B.getInt64(-1);
    if (!L.Guard)
      return Times;
    return B.CreateSelect(L.Guard, L.Enters ? Times : Never,
                          L.Enters ? Never : Times);
  }

  /// Copies and fills that are long enough, wherever they are.
  bool sayCopies() {
    SmallVector<MemIntrinsic *> All;
    for (BasicBlock &BB : F)
      for (Instruction &I : BB)
        if (auto *Copy = dyn_cast<MemIntrinsic>(&I);
            Copy && !Copy->isVolatile() && isLong(*Copy->getLength()))
          All.push_back(Copy);
    bool Changed = false;
    for (MemIntrinsic *Copy : All)
      Changed |= sayCopy(*Copy);
    return Changed;
  }

  static bool isLong(const Value &Length) {
    auto *Known = dyn_cast<ConstantInt>(&Length);
    return !Known || Known->getValue().ugt(Page);
  }

  bool sayCopy(MemIntrinsic &Copy) {
    SmallVector<std::pair<Value *, bool>, 2> Ends;
    if (mayBeShared(Copy.getRawDest()))
      Ends.push_back({Copy.getRawDest(), true});
    if (auto *Transfer = dyn_cast<MemTransferInst>(&Copy);
        Transfer && mayBeShared(Transfer->getRawSource()))
      Ends.push_back({Transfer->getRawSource(), false});
    if (Ends.empty())
      return false;
    IRBuilder<> B(&Copy);
    Value *Length = B.CreateZExtOrTrunc(Copy.getLength(), B.getInt64Ty());
    if (!isa<ConstantInt>(Length)) {
      Value *IsLong = B.CreateICmpUGT(Length, B.getInt64(Page), "is.long");
      B.SetInsertPoint(branchOn(IsLong, &Copy));
    }
    SmallVector<Value *> Arguments = {B.getInt32(Ends.size())};
    for (auto &[Pointer, IsWrite] : Ends)
      Arguments.append({Pointer, Length, B.getInt32(IsWrite)});
    B.CreateCall(callee(), Arguments)->setDebugLoc(Copy.getDebugLoc());
    return true;
  }

  /// Null if one is in any case.
  Value *isAnyLong(ArrayRef<UseOfMemory> Uses, SCEVExpander &Expander,
                   Instruction *At) {
    MapVector<const SCEV *, uint64_t> Limits;
    for (const UseOfMemory &Use : Uses)
      for (const Level &Each : Use.Levels) {
        auto *Step = dyn_cast<SCEVConstant>(Each.Step);
        std::optional<uint64_t> Bytes = span(Each);
        if (Bytes && *Bytes <= Page)
          continue;
        if (Bytes || !Step)
          return nullptr;
        uint64_t Limit = Page / Step->getAPInt().abs().getLimitedValue(Page);
        auto Found = Limits.insert({Each.Times, Limit}).first;
        Found->second = std::min(Found->second, Limit);
      }
    Value *IsAny = nullptr;
    for (auto &[Times, Limit] : Limits) {
      IRBuilder<> B(At);
      Value *N = Expander.expandCodeFor(Times, B.getInt64Ty(), At);
      Value *Is = B.CreateICmpUGT(N, B.getInt64(Limit));
      IsAny = IsAny ? B.CreateOr(IsAny, Is) : Is;
    }
    // A branch must not depend on what an unusual loop leaves undefined.
    return IRBuilder<>(At).CreateFreeze(IsAny, "is.long");
  }

  /// The end of a block that comes in front of End, if Condition holds.
  Instruction *branchOn(Value *Condition, Instruction *End) {
    BasicBlock *Question = End->getParent();
    BasicBlock *Rest = SplitBlock(Question, End, &DT, &LI);
    BasicBlock *Then =
        SplitBlock(Question, Question->getTerminator(), &DT, &LI);
    Question->getTerminator()->eraseFromParent();
    MDNode *Unlikely = MDBuilder(F.getContext()).createBranchWeights(1, 15);
    IRBuilder<>(Question).CreateCondBr(Condition, Then, Rest, Unlikely);
    DT.changeImmediateDominator(Rest, Question);
    return Then->getTerminator();
  }

  FunctionCallee callee() const {
    LLVMContext &C = F.getContext();
    auto *T = FunctionType::get(Type::getVoidTy(C), {Type::getInt32Ty(C)},
                                /*isVarArg=*/true);
    FunctionCallee Callee = F.getParent()->getOrInsertFunction(Foresee, T);
    // It changes where data is, and not what a program can read.
    auto *Declared = dyn_cast<Function>(Callee.getCallee());
    if (Declared && Declared->isDeclaration()) {
      Declared->setDoesNotThrow();
      Declared->setMemoryEffects(MemoryEffects::inaccessibleMemOnly());
      Declared->addFnAttr(Attribute::WillReturn);
      Declared->addFnAttr(Attribute::NoSync);
      Declared->addFnAttr(Attribute::NoCallback);
    }
    return Callee;
  }
};

} // namespace

bool foreseeLoops(Function &F, FunctionAnalysisManager &FAM) {
  // The plugin may be loaded twice (millicc does), and would say it twice.
  const Module &M = *F.getParent();
  if (F.hasOptNone() || F.hasOptSize() || F.hasFnAttribute(Done) ||
      !(isOpenMP(M) || M.getFunction(names::Register)))
    return false;
  F.addFnAttr(Done);
  return Foresight(F, FAM).run();
}

} // namespace millipage
