#pragma once

#include <string_view>

#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette {

/// Where reading begins in a partition without a stored position.
struct StartAt {
  enum class Where : unsigned char { beginning, end, time };
  Where where = Where::end;
  Time time{};  ///< The first record at or after it.
};

/// `beginning`, `end` or an RFC 3339 time as 2026-03-02T10:15:00Z.
Result<StartAt> parse_start_at(std::string_view text);

}  // namespace vedette
