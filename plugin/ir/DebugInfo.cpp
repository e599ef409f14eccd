// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ir/Unit.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/DebugInfoMetadata.h"

using namespace llvm;

namespace millipage {

void moveDebugInfo(Unit &U) {
  for (Row &R : U.Rows) {
    if (!R.Variable)
      continue;
    SmallVector<DIGlobalVariableExpression *, 1> Infos;
    R.Variable->getDebugInfo(Infos);
    // The slot begins with the base.  Without an expression a debugger would
    // show the slot as if it were the variable.
    for (DIGlobalVariableExpression *Info : Infos)
      R.Slot->addDebugInfo(DIGlobalVariableExpression::get(
          U.M.getContext(), Info->getVariable(),
          DIExpression::append(Info->getExpression(), {dwarf::DW_OP_deref})));
  }
}

} // namespace millipage
