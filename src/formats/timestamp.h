#pragma once

#include <string>

#include "vedette/time.h"

namespace vedette {

/// `2026-03-02T10:15:42.123Z` (RFC 3339); empty outside the years 1 to 9999.
std::string rfc3339(Time time);

}  // namespace vedette
