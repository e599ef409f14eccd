// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_ASTCHECK_H
#define MILLIPAGE_PLUGIN_ASTCHECK_H

#include "clang/AST/ASTContext.h"

namespace millipage {

/// Step 4: refuses uses of shared data that its granularity makes impossible,
/// and warns of those that the compiler cannot judge.
void checkUses(clang::ASTContext &Ctx, clang::Decl *D);

/// At the end of the unit: no symbol may be an alias of a shared variable.
void checkAliases(clang::ASTContext &Ctx);

} // namespace millipage

#endif
