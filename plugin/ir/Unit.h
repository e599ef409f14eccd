// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One module on its way through the IR half: the rows of its descriptor table
// and the steps that work on them.  Each step is a function in the file named
// after it; Pass.cpp calls them in order.
#ifndef MILLIPAGE_PLUGIN_IR_UNIT_H
#define MILLIPAGE_PLUGIN_IR_UNIT_H

#include "Mark.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include <vector>

namespace millipage {

/// One row of the table: a shared variable, or the allocations of a pointer.
struct Row {
  Mark TheMark;
  /// struct mpg_abi_slot, which the runtime fills.
  llvm::GlobalVariable *Slot = nullptr;
  /// The variable as Clang made it; null for allocations.  It disappears.
  llvm::GlobalVariable *Variable = nullptr;
  /// The initial image, after Initialisers has taken addresses out of it;
  /// null when all zero or defined elsewhere.
  llvm::Constant *Image = nullptr;
};

/// An address of shared data inside an initialiser.
struct Fixup {
  llvm::GlobalVariable *Target; ///< Whose initialiser; may itself be shared.
  uint64_t Offset;
  llvm::Constant *Value;
};

struct Unit {
  llvm::Module &M;
  std::vector<Row> Rows;
  llvm::DenseMap<const llvm::GlobalVariable *, unsigned> RowOfVariable;
  llvm::StringMap<unsigned> RowOfHeapMark;
  std::vector<Fixup> Fixups;
  llvm::StructType *SlotType;
  llvm::StructType *RowType;
  llvm::GlobalVariable *Table = nullptr;

  explicit Unit(llvm::Module &M);

  llvm::Constant *addressOfRow(unsigned Index) const;
  Row *rowOf(const llvm::Value *V) {
    auto Found = RowOfVariable.find(llvm::dyn_cast<llvm::GlobalVariable>(V));
    return Found == RowOfVariable.end() ? nullptr : &Rows[Found->second];
  }
};

/// The mark that a marker call carries as argument Index.
std::optional<Mark> markArgument(const llvm::CallBase &Call, unsigned Index);

// SharedGlobals.cpp
/// Finds what is shared, makes slots and the (still empty) table.  Removes
/// guard, late marks and annotations.
void collectRows(Unit &U);
/// Removes the variables, which nothing refers to any more.
void eraseVariables(Unit &U);
/// Whether V is a slot, in any module and at any time of the pipeline.
bool isSlot(const llvm::Value *V);

// Initialisers.cpp
/// Takes addresses of shared data out of all initialisers into U.Fixups.
void extractAddresses(Unit &U);
/// Code that writes them, for the constructor.
void emitFixups(Unit &U, llvm::IRBuilder<> &B);

// Expand.cpp
/// Whether C refers to a shared variable.
bool mentionsShared(const Unit &U, const llvm::Constant *C);
/// Lowers pointers to the end of a unit.  Before expandConstants.
void lowerEndPointers(Unit &U);
/// Turns every constant operand that refers to a shared variable into
/// instructions, so that only instructions refer to shared variables.
void expandConstants(Unit &U);
/// The same for one constant; Leaf gives the value of a shared variable.
llvm::Value *
expandConstant(Unit &U, llvm::Constant *C, llvm::IRBuilder<> &B,
               llvm::function_ref<llvm::Value *(llvm::GlobalVariable *)> Leaf);

// Access.cpp
/// Rewrites all uses of shared variables in code.
void rewriteVariables(Unit &U);
/// The address of constant Offset in a shared variable, for the constructor.
llvm::Value *addressAt(Unit &U, Row &R, uint64_t Offset, llvm::IRBuilder<> &B);
/// Rewrites what is computed from the pointers that the syntax half marked.
void rewritePointers(Unit &U);

// Heap.cpp
/// Lowers the allocations that the syntax half marked.
void lowerAllocations(Unit &U);

// OpenMP.cpp
/// Whether the unit was compiled with -fopenmp.
bool isOpenMP(const llvm::Module &M);
/// Shares what such a unit has beside variables: its allocations and its
/// stack; and says that the program is an OpenMP program.
void lowerOpenMP(llvm::Module &M);
/// At the end of the pipeline: functions without optimisation that have nothing
/// to keep on the shared stack are spared SafeStack, which is slow.  Others may
/// still get something by inlining.
bool dropIdleStacks(llvm::Module &M);

// Captures.cpp
/// Hands parallel regions the values of what they only read, not addresses.
bool passCapturesByValue(llvm::Module &M);

// ThreadPrivate.cpp
/// Makes copyin read the master's copies of threadprivate variables.
void lowerThreadPrivate(llvm::Module &M);

// Descriptors.cpp
/// A function that runs before main, with an empty entry block.
llvm::Function *makeConstructor(llvm::Module &M, llvm::StringRef Name,
                                int Priority);
/// Fills the table; makes the constructors.
void emitDescriptors(Unit &U);

// DebugInfo.cpp
/// Makes debuggers look for a variable behind its slot.
void moveDebugInfo(Unit &U);

// AliasScopes.cpp
/// Tells the optimiser that shared variables overlap neither each other nor
/// private ones.  May run again when more of the accesses are visible.
bool addAliasScopes(llvm::Module &M);

// ComposedLoops.cpp
/// Makes loops that go through minipages in order twice, with their views and
/// for the composed view.
bool composeLoops(llvm::Function &F, llvm::FunctionAnalysisManager &FAM);

// Foresee.cpp
/// Has loops tell the runtime what they are about to go through.
bool foreseeLoops(llvm::Function &F, llvm::FunctionAnalysisManager &FAM);

} // namespace millipage

#endif
