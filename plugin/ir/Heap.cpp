// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ir/Unit.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace millipage {

// `__millipage_malloc("mark", size)` becomes `mpg__malloc(&row, size)`.
static void lowerCalls(Unit &U, StringRef Marker, StringRef Runtime) {
  Function *From = U.M.getFunction(Marker);
  if (!From)
    return;
  FunctionCallee To = U.M.getOrInsertFunction(Runtime, From->getFunctionType());
  cast<Function>(To.getCallee())->setDoesNotThrow();
  SmallVector<CallBase *> Calls;
  for (User *Caller : From->users())
    if (auto *Call = dyn_cast<CallBase>(Caller))
      Calls.push_back(Call);
  for (CallBase *Call : Calls) {
    std::optional<Mark> M = markArgument(*Call, 0);
    if (!M)
      continue;
    Call->setArgOperand(0, U.addressOfRow(U.RowOfHeapMark.lookup(M->encode())));
    Call->setCalledFunction(To);
  }
  if (From->use_empty())
    From->eraseFromParent();
}

void lowerAllocations(Unit &U) {
  lowerCalls(U, names::HeapMalloc, "mpg__malloc");
  lowerCalls(U, names::HeapCalloc, "mpg__calloc");
  lowerCalls(U, names::HeapRealloc, "mpg__realloc");
  lowerCalls(U, names::HeapAlignedAlloc, "mpg__aligned_alloc");
  Function *Marker = U.M.getFunction(names::HeapPointer);
  if (Marker && Marker->use_empty())
    Marker->eraseFromParent();
}

} // namespace millipage
