#pragma once

#include <string>

#include "vedette/alert.h"

namespace vedette {

struct TerminalStyle {
  bool colour = false;
};

/// One transition for people: what and where on the first line, evidence and next steps on a
/// second one where there are any. Escapes in the data are removed. Without the last line end.
std::string terminal(const Alert& alert, const TerminalStyle& style);

}  // namespace vedette
