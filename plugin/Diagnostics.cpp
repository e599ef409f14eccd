// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Diagnostics.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticSema.h"
#include <iterator>

using namespace clang;

namespace millipage {

namespace {
struct Entry {
  DiagnosticIDs::Level Level;
  const char *Text;
};
const Entry Entries[] = {
#define MPG_DIAG(name, level, text) {DiagnosticIDs::level, text},
#include "Diagnostics.def"
#undef MPG_DIAG
};
} // namespace

// Custom warnings are deaf to every warning option in all supported versions
// of Clang, so that a built-in warning stands proxy: what the options make of
// it is what they make of ours.
static DiagnosticIDs::Level levelOf(DiagnosticsEngine &Diags, const Entry &E,
                                    SourceLocation Loc) {
  if (E.Level != DiagnosticIDs::Warning)
    return E.Level;
  return static_cast<DiagnosticIDs::Level>(
      Diags.getDiagnosticLevel(diag::warn_attribute_ignored, Loc));
}

DiagnosticBuilder report(DiagnosticsEngine &Diags, SourceLocation Loc,
                         Diag Which) {
  const Entry &E = Entries[static_cast<unsigned>(Which)];
  unsigned Id = Diags.getDiagnosticIDs()->getCustomDiagID(
      levelOf(Diags, E, Loc), llvm::StringRef(E.Text));
  return Diags.Report(Loc, Id);
}

} // namespace millipage
