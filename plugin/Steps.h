// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_STEPS_H
#define MILLIPAGE_PLUGIN_STEPS_H

#include "Escape.h"

namespace millipage {

/// Follows local pointers that hold an address inside shared data through
/// the function: steps that visibly leave the minipage are errors; where they
/// cannot be seen and the pointer looks like the start of everything
/// (`&grid[0][0]`), a warning says how far it is good.
void checkSteps(clang::ASTContext &Ctx, clang::Stmt *Body,
                llvm::ArrayRef<LocalPointer> Locals);

} // namespace millipage

#endif
