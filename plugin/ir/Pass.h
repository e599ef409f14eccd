// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef MILLIPAGE_PLUGIN_IR_PASS_H
#define MILLIPAGE_PLUGIN_IR_PASS_H

namespace llvm {
class PassBuilder;
}

namespace millipage {

/// Puts the IR half into the pipeline, at every optimisation level.
void registerIrPass(llvm::PassBuilder &PB);

} // namespace millipage

#endif
