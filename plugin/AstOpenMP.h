// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_ASTOPENMP_H
#define MILLIPAGE_PLUGIN_ASTOPENMP_H

#include "clang/AST/ASTContext.h"

namespace millipage {

/// Refuses the OpenMP constructs in D that the runtime does not have, by name:
/// otherwise the linker would complain of a function nobody has heard of. Tasks
/// are tied from here on.
void checkOpenMP(clang::ASTContext &Ctx, clang::Decl *D);

} // namespace millipage

#endif
