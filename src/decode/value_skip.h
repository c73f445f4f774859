#pragma once

#include <cstdint>

#include "decode/number_text.h"
#include "decode/text_scan.h"

namespace vedette {

/// Behind the JSON value at `p` if it certainly is one that nests at most `depth` (up
/// to 63) containers; else nullptr, which means "ask the parser". For values nobody reads,
/// which must be valid all the same. `high` as in `scan_text`.
const char* skip_value(const char* p, unsigned depth, std::uint64_t& high);

/// Behind the string, number, boolean or null at `p`, or nullptr.
inline const char* skip_scalar(const char* p, std::uint64_t& high) {
  switch (*p) {
    case '"': {
      const char* const end = scan_text(p + 1, high);
      return end == nullptr ? nullptr : end + 1;
    }
    case 't':
      return starts_with_four(p, "true") ? p + 4 : nullptr;
    case 'n':
      return starts_with_four(p, "null") ? p + 4 : nullptr;
    case 'f':
      return starts_with_four(p + 1, "alse") ? p + 5 : nullptr;
    default: {
      double ignored = 0;
      return parse_number(p, ignored);
    }
  }
}

}  // namespace vedette
