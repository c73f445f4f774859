#pragma once

#include <string>

#include "vedette/time.h"

namespace vedette::drift {

/// Numbers as sentences have them.
std::string number(double value);
std::string percent(double share);
/// `2026-03-02 10:15:00 UTC`
std::string clock_text(Time time);

}  // namespace vedette::drift
