// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the plugin speaks: report(Diags, Location, Diag::Name) << arguments.
#ifndef MILLIPAGE_PLUGIN_DIAGNOSTICS_H
#define MILLIPAGE_PLUGIN_DIAGNOSTICS_H

#include "clang/Basic/Diagnostic.h"

namespace millipage {

enum class Diag {
#define MPG_DIAG(name, level, text) name,
#include "Diagnostics.def"
#undef MPG_DIAG
};

/// Arguments and ranges are streamed into the result.  A warning obeys -w,
/// -Werror, -Wno-everything and `#pragma clang diagnostic`, through the group
/// -Wignored-attributes; the notes behind it follow it.
clang::DiagnosticBuilder report(clang::DiagnosticsEngine &,
                                clang::SourceLocation, Diag);

} // namespace millipage

#endif
