// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In plain C the optimiser knows that two global variables do not overlap.
// It does not know that of two pointers that were loaded from slots, and then
// gives up on vectorising.  Every access whose address is computed from a slot
// gets the scope of its variable; private variables share one scope; each is
// declared not to alias the others that its function uses.  Not those that
// other functions use: the inliner copies all scopes that it meets, with new
// names, so nothing would be known of them, and with a thousand variables it
// would do little else.
#include "ir/Unit.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"

using namespace llvm;

namespace millipage {
namespace {

/// The slot whose base Object is, or null.
const GlobalVariable *slotOf(const Value *Object) {
  auto *Load = dyn_cast<LoadInst>(Object);
  if (!Load || !Load->hasMetadata(LLVMContext::MD_invariant_load))
    return nullptr;
  const Value *From = Load->getPointerOperand();
  return isSlot(From) ? cast<GlobalVariable>(From) : nullptr;
}

class Scopes {
  Module &M;
  MDBuilder Builder;
  MDNode *Domain = nullptr;
  MDNode *Private = nullptr;
  StringMap<MDNode *> Known;
  MapVector<const GlobalVariable *, MDNode *> OfSlot; // of one function
  DenseMap<const MDNode *, MDNode *> Others;

public:
  explicit Scopes(Module &M) : M(M), Builder(M.getContext()) {
    if (NamedMDNode *Made = M.getNamedMetadata("millipage.scopes"))
      for (MDNode *Entry : Made->operands())
        Known[cast<MDString>(Entry->getOperand(0))->getString()] =
            cast<MDNode>(Entry->getOperand(1));
  }

  /// Whether it uses any shared variable.
  bool enter(const Function &F) {
    OfSlot.clear();
    Others.clear();
    for (const Instruction &I : instructions(F))
      if (const GlobalVariable *Slot = slotOf(&I); Slot && Slot->hasName())
        OfSlot[Slot] = nullptr;
    if (OfSlot.empty())
      return false;
    // Named after the module: scopes of two units must stay apart when their
    // modules are merged.
    Domain = scope("millipage:" + M.getModuleIdentifier(), nullptr);
    Private = scope("private", Domain);
    for (auto &[Slot, Scope] : OfSlot)
      Scope = scope(Slot->getName().str(), Domain);
    return true;
  }

  /// The scope of what Address points to, or null when nobody knows.
  MDNode *scopeOf(const Value *Address) const {
    const Value *Object = getUnderlyingObject(Address, /*MaxLookup=*/0);
    if (const GlobalVariable *Slot = slotOf(Object))
      return OfSlot.lookup(Slot);
    bool IsPrivate = (isa<GlobalVariable>(Object) && !isSlot(Object)) ||
                     isa<AllocaInst>(Object);
    return IsPrivate ? Private : nullptr;
  }

  /// All scopes but Own, as a list.
  MDNode *othersThan(MDNode *Own) {
    MDNode *&List = Others[Own];
    if (List)
      return List;
    SmallVector<Metadata *> Members;
    if (Own != Private)
      Members.push_back(Private);
    for (auto &[Slot, Scope] : OfSlot)
      if (Scope != Own)
        Members.push_back(Scope);
    return List = MDNode::get(M.getContext(), Members);
  }

private:
  // As MDBuilder's named scopes, but the same every time that it is asked, so
  // that a second run recognises the accesses of the first.
  MDNode *scope(const std::string &Name, MDNode *InDomain) {
    LLVMContext &C = M.getContext();
    std::string Key = (InDomain ? "scope:" : "domain:") + Name;
    MDNode *&Scope = Known[Key];
    if (Scope)
      return Scope;
    Scope = InDomain ? Builder.createAnonymousAliasScope(InDomain, Name)
                     : Builder.createAnonymousAliasScopeDomain(Name);
    M.getOrInsertNamedMetadata("millipage.scopes")
        ->addOperand(MDNode::get(C, {MDString::get(C, Key), Scope}));
    return Scope;
  }
};

void addTo(Instruction &I, unsigned Kind, MDNode *More) {
  I.setMetadata(Kind, MDNode::concatenate(I.getMetadata(Kind), More));
}

bool describe(Instruction &I, Scopes &S) {
  const Value *Address = getLoadStorePointerOperand(&I);
  if (!Address || (isa<LoadInst>(I) && isSlot(Address)))
    return false;
  MDNode *Scope = S.scopeOf(Address);
  if (!Scope)
    return false;
  MDNode *List = MDNode::get(I.getContext(), {Scope});
  MDNode *Before = I.getMetadata(LLVMContext::MD_alias_scope);
  if (Before && MDNode::concatenate(Before, List) == Before)
    return false;
  addTo(I, LLVMContext::MD_alias_scope, List);
  addTo(I, LLVMContext::MD_noalias, S.othersThan(Scope));
  return true;
}

} // namespace

bool addAliasScopes(Module &M) {
  Scopes S(M);
  bool HasChanged = false;
  for (Function &F : M)
    if (!F.hasOptNone() && S.enter(F))
      for (Instruction &I : instructions(F))
        HasChanged |= describe(I, S);
  return HasChanged;
}

} // namespace millipage
