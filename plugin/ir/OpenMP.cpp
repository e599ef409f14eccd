// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an OpenMP unit shares beside its variables, and what of it runs once.
//
// The heap: functions of the C library whose result is the caller's to free
// are replaced by the runtime's of the same type.  By name and for every use,
// so that a pointer to malloc shares as well.  So are the functions that wait,
// of POSIX threads for instance.
//
// The stack: SafeStack, a pass of LLVM's own, moves every local variable whose
// address escapes to a second stack.  The attribute asks for it; the runtime
// has that stack in shared memory.  SafeStack takes the frame off the stack
// pointer without looking at what lies there, so functions with large frames
// ask the runtime whether it still is stack.
#include "ir/Unit.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace millipage {
namespace {

/// The C library's name and the runtime's.
struct Replaced {
  const char *Library;
  const char *Runtime;
};

// With the names that glibc's headers give them under _FORTIFY_SOURCE.
constexpr Replaced Heap[] = {
    {"malloc", "mpg__omp_malloc"},
    {"calloc", "mpg__omp_calloc"},
    {"realloc", "mpg__omp_realloc"},
    {"reallocarray", "mpg__omp_reallocarray"},
    {"aligned_alloc", "mpg__omp_aligned_alloc"},
    {"memalign", "mpg__omp_memalign"},
    {"posix_memalign", "mpg__omp_posix_memalign"},
    {"valloc", "mpg__omp_valloc"},
    {"pvalloc", "mpg__omp_pvalloc"},
    {"strdup", "mpg__omp_strdup"},
    {"__strdup", "mpg__omp_strdup"},
    {"strndup", "mpg__omp_strndup"},
    {"__strndup", "mpg__omp_strndup"},
    {"wcsdup", "mpg__omp_wcsdup"},
    {"getline", "mpg__omp_getline"},
    {"getdelim", "mpg__omp_getdelim"},
    {"__getdelim", "mpg__omp_getdelim"},
    {"asprintf", "mpg__omp_asprintf"},
    {"__asprintf", "mpg__omp_asprintf"},
    {"__asprintf_chk", "mpg__omp_asprintf_chk"},
    {"vasprintf", "mpg__omp_vasprintf"},
    {"__vasprintf_chk", "mpg__omp_vasprintf_chk"},
    {"open_memstream", "mpg__omp_open_memstream"},
    {"realpath", "mpg__omp_realpath"},
    {"__realpath_chk", "mpg__omp_realpath_chk"},
    {"canonicalize_file_name", "mpg__omp_canonicalize_file_name"},
    {"getcwd", "mpg__omp_getcwd"},
    {"__getcwd_chk", "mpg__omp_getcwd_chk"},
    {"get_current_dir_name", "mpg__omp_get_current_dir_name"},
};

// What waits in the C library's own way does so in the kernel of one host;
// `mpg__omp_` before the name is what waits for shared memory to change.
constexpr const char *Waiting[] = {
    "pthread_mutex_init",
    "pthread_mutex_destroy",
    "pthread_mutex_lock",
    "pthread_mutex_trylock",
    "pthread_mutex_unlock",
    "pthread_mutex_timedlock",
    "pthread_cond_init",
    "pthread_cond_destroy",
    "pthread_cond_wait",
    "pthread_cond_timedwait",
    "pthread_cond_signal",
    "pthread_cond_broadcast",
    "pthread_barrier_init",
    "pthread_barrier_destroy",
    "pthread_barrier_wait",
    "pthread_rwlock_rdlock",
    "pthread_rwlock_wrlock",
    "pthread_rwlock_unlock",
    "pthread_once",
    "sem_wait",
    "sem_timedwait",
    "sem_post",
    "mtx_init",
    "mtx_destroy",
    "mtx_lock",
    "mtx_trylock",
    "mtx_timedlock",
    "mtx_unlock",
    "cnd_init",
    "cnd_destroy",
    "cnd_wait",
    "cnd_timedwait",
    "cnd_signal",
    "cnd_broadcast",
    "call_once",
};

/// A frame from which one step may lead over the guard below a stack.  Half of
/// MPG_OMP_STACK_GUARD of the runtime, for what is inlined later.
constexpr uint64_t LargeFrame = 64 * 1024;

void replaceFunction(Module &M, StringRef Library, StringRef Runtime) {
  Function *Old = M.getFunction(Library);
  // A program may have a function of its own by such a name.
  if (!Old || !Old->isDeclaration())
    return;
  FunctionCallee New = M.getOrInsertFunction(Runtime, Old->getFunctionType(),
                                             Old->getAttributes());
  Old->replaceAllUsesWith(New.getCallee());
  Old->eraseFromParent();
}

void replaceLibrary(Module &M) {
  for (const Replaced &R : Heap)
    replaceFunction(M, R.Library, R.Runtime);
  for (StringRef Name : Waiting)
    replaceFunction(M, Name, ("mpg__omp_" + Name).str());
}

/// What it makes is a zero when the program runs.
Value *checkStack(Value *Bytes, Instruction *Before) {
  IRBuilder<> B(Before);
  Module &M = *Before->getModule();
  FunctionCallee Check = M.getOrInsertFunction("mpg__omp_stack_check",
                                               B.getInt64Ty(), B.getInt64Ty());
  return B.CreateCall(Check, {Bytes});
}

Value *sizeOf(AllocaInst &A, IRBuilder<> &B) {
  uint64_t Element =
      A.getModule()->getDataLayout().getTypeAllocSize(A.getAllocatedType());
  return B.CreateMul(B.CreateZExtOrTrunc(A.getArraySize(), B.getInt64Ty()),
                     B.getInt64(Element));
}

void shareStack(Function &F) {
  F.addFnAttr(Attribute::SafeStack);
  uint64_t Frame = 0;
  SmallVector<AllocaInst *> Dynamic;
  for (Instruction &I : instructions(F)) {
    auto *A = dyn_cast<AllocaInst>(&I);
    if (!A)
      continue;
    if (!A->isStaticAlloca())
      Dynamic.push_back(A);
    else if (auto Size = A->getAllocationSize(F.getParent()->getDataLayout()))
      Frame += Size->getFixedValue();
  }
  // An array whose length turns out to be constant would become a part of the
  // frame; then the check, for the same bytes, would come after the pointer has
  // been moved by them.  So its length has to do with what the check returns.
  for (AllocaInst *A : Dynamic) {
    IRBuilder<> B(A);
    Value *Zero = checkStack(sizeOf(*A, B), A);
    Value *Length = A->getArraySize();
    A->setOperand(
        0, B.CreateAdd(Length, B.CreateZExtOrTrunc(Zero, Length->getType())));
  }
  if (Frame < LargeFrame)
    return;
  // Behind the static allocas: SafeStack has moved the pointer by then.
  auto Where = F.getEntryBlock().begin();
  while (isa<AllocaInst>(*Where) && cast<AllocaInst>(*Where).isStaticAlloca())
    ++Where;
  checkStack(ConstantInt::get(Type::getInt64Ty(F.getContext()), 0), &*Where);
}

/// Whether it is a call that has done with the pointers it got when it returns,
/// and has shown them to no other thread.
bool keepsNothing(const User &By) {
  if (auto *Call = dyn_cast<IntrinsicInst>(&By))
    return Call->isLifetimeStartOrEnd() || isa<MemIntrinsic>(Call);
  auto *Call = dyn_cast<CallInst>(&By);
  const Function *Callee = Call ? Call->getCalledFunction() : nullptr;
  return Callee && (Callee->getName().starts_with("__kmpc_for_static_init_") ||
                    Callee->getName().starts_with("__kmpc_dispatch_next_"));
}

/// Whether the address of Pointer may be known outside of the function, or
/// where we do not follow it.
bool escapes(const Value &Pointer) {
  for (const Use &Operand : Pointer.uses()) {
    const User *By = Operand.getUser();
    if (isa<LoadInst>(By) ||
        (isa<StoreInst>(By) &&
         Operand.getOperandNo() == StoreInst::getPointerOperandIndex()))
      continue;
    if (isa<GetElementPtrInst>(By) && !escapes(*By))
      continue;
    if (!keepsNothing(*By))
      return true;
  }
  return false;
}

bool needsSharedStack(Function &F) {
  for (Instruction &I : instructions(F))
    if (isa<AllocaInst>(I) && escapes(I))
      return true;
  return any_of(F.args(), [](Argument &A) { return A.hasByValAttr(); });
}

/// The body of a region or task: only the runtime calls it.  Were its last call
/// a jump, nothing on the stack of a crash would lead to the line.
void keepFrame(Function &F) {
  StringRef Name = F.getName();
  if (Name.contains(".omp_outlined") || Name.contains(".omp_task_entry."))
    F.addFnAttr("disable-tail-calls", "true");
}

/// SafeStack puts a thread-local store before each return, which the fast
/// selector of instructions cannot do: it leaves all before it in the block to
/// the slow one.  So nothing is.
void setReturnsApart(Function &F) {
  SmallVector<ReturnInst *> Returns;
  for (BasicBlock &B : F)
    if (auto *Return = dyn_cast<ReturnInst>(B.getTerminator()))
      if (Return != &B.front() && !B.getTerminatingMustTailCall())
        Returns.push_back(Return);
  for (ReturnInst *Return : Returns)
    Return->getParent()->splitBasicBlock(Return);
}

bool hasStack(const Function &F) {
  return !F.isDeclaration() && !F.hasFnAttribute(Attribute::Naked) &&
         !F.hasFnAttribute(Attribute::SafeStack);
}

// `if (mpg__omp_is_first()) F(...)`.
Function *onlyOnFirst(Function &F) {
  Module &M = *F.getParent();
  LLVMContext &C = M.getContext();
  auto *Once = Function::createWithDefaultAttr(F.getFunctionType(),
                                               GlobalValue::InternalLinkage, 0,
                                               "mpg.once." + F.getName(), &M);
  auto *Entry = BasicBlock::Create(C, "entry", Once);
  auto *Run = BasicBlock::Create(C, "run", Once);
  auto *End = BasicBlock::Create(C, "end", Once);
  IRBuilder<> B(Entry);
  Value *IsFirst =
      B.CreateCall(M.getOrInsertFunction("mpg__omp_is_first", B.getInt32Ty()));
  B.CreateCondBr(B.CreateIsNotNull(IsFirst), Run, End);
  B.SetInsertPoint(Run);
  SmallVector<Value *> Arguments;
  for (Argument &A : Once->args())
    Arguments.push_back(&A);
  B.CreateCall(&F, Arguments);
  B.CreateBr(End);
  B.SetInsertPoint(End);
  B.CreateRetVoid();
  return Once;
}

// The program runs once, on host 0, and so do the functions that come before
// and after main.
void guardConstructors(Module &M, StringRef List) {
  GlobalVariable *GV = M.getGlobalVariable(List);
  auto *Old = GV && GV->hasInitializer()
                  ? dyn_cast<ConstantArray>(GV->getInitializer())
                  : nullptr;
  if (!Old)
    return;
  SmallVector<Constant *> Entries;
  for (Use &Operand : Old->operands()) {
    auto *Entry = cast<ConstantStruct>(Operand);
    auto *F = dyn_cast<Function>(Entry->getOperand(1)->stripPointerCasts());
    if (F && !F->getName().starts_with("mpg.") &&
        F->getReturnType()->isVoidTy())
      Entry = cast<ConstantStruct>(ConstantStruct::get(
          Entry->getType(),
          {Entry->getOperand(0), onlyOnFirst(*F), Entry->getOperand(2)}));
    Entries.push_back(Entry);
  }
  GV->setInitializer(ConstantArray::get(Old->getType(), Entries));
}

void announce(Module &M) {
  static constexpr char Name[] = "mpg.openmp";
  if (M.getFunction(Name))
    return; // In an earlier run.
  Function *F = makeConstructor(M, Name, 100);
  IRBuilder<> B(&F->getEntryBlock());
  B.CreateCall(M.getOrInsertFunction("mpg__omp_program", B.getVoidTy()), {});
  B.CreateRetVoid();
}

} // namespace

bool isOpenMP(const Module &M) { return M.getModuleFlag("openmp") != nullptr; }

void lowerOpenMP(Module &M) {
  replaceLibrary(M);
  lowerThreadPrivate(M);
  passCapturesByValue(M);
  for (Function &F : M)
    if (hasStack(F)) {
      shareStack(F);
      keepFrame(F);
    }
  guardConstructors(M, "llvm.global_ctors");
  guardConstructors(M, "llvm.global_dtors");
  announce(M);
}

bool dropIdleStacks(Module &M) {
  bool Changed = false;
  for (Function &F : M) {
    if (!F.hasOptNone() || !F.hasFnAttribute(Attribute::SafeStack))
      continue;
    if (needsSharedStack(F))
      setReturnsApart(F);
    else
      F.removeFnAttr(Attribute::SafeStack);
    Changed = true;
  }
  return Changed;
}

} // namespace millipage
