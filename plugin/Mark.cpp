// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Mark.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace millipage {

// The file comes last because it alone may contain a colon.
static constexpr char Prefix[] = "millipage.1:";
static constexpr int Fields = 10;

std::string Mark::encode() const {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << Prefix << Flags << ':' << Grain << ':' << Count << ':' << Unit << ':'
     << Element << ':' << Parts << ':' << Line << ':' << Column << ':' << Name
     << ':' << File;
  return OS.str();
}

std::optional<Mark> Mark::decode(StringRef Text) {
  if (!Text.consume_front(Prefix))
    return std::nullopt;
  SmallVector<StringRef, Fields> Part;
  Text.split(Part, ':', Fields - 1, /*KeepEmpty=*/true);
  Mark M;
  if (Part.size() != Fields || Part[0].getAsInteger(10, M.Flags) ||
      Part[1].getAsInteger(10, M.Grain) || Part[2].getAsInteger(10, M.Count) ||
      Part[3].getAsInteger(10, M.Unit) || Part[4].getAsInteger(10, M.Element) ||
      Part[6].getAsInteger(10, M.Line) || Part[7].getAsInteger(10, M.Column))
    return std::nullopt;
  M.Parts = Part[5].str();
  M.Name = Part[8].str();
  M.File = Part[9].str();
  return M;
}

} // namespace millipage
