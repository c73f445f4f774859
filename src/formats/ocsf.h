#pragma once

#include <string>

#include "vedette/alert.h"

namespace vedette {

/// One OCSF 1.8.0 Detection Finding (class 2004) as one line of JSON, without the line end.
/// Pure and total: the same alert gives the same bytes, whatever is in its texts. Numbers that
/// are not finite and parts that are not known are left out. `logged_at` is wall time and goes to
/// metadata.logged_time, unless it is kDawn.
std::string ocsf(const Alert& alert, Time logged_at);

}  // namespace vedette
