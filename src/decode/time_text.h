#pragma once

#include <cstdint>
#include <string_view>

#include "vedette/time.h"

namespace vedette {

/// Event times outside [2000-01-01, 2100-01-01) are refused as broken clocks.
inline constexpr Time kFirstTime = from_ms(946684800000);
inline constexpr Time kEndOfTime = from_ms(4102444800000);

constexpr bool is_plausible(Time time) { return time >= kFirstTime && time < kEndOfTime; }

/// Reads RFC 3339 date-times with a zone. Strict: every field in its range; a leap
/// second counts as the second after it; fractions are cut to milliseconds. Remembers
/// the last minute, which most events share with the one before. One per worker.
class TimeReader {
 public:
  /// False if malformed or not plausible.
  bool parse(std::string_view text, Time& time);

 private:
  bool parse_minute(const char* text, std::int64_t& ms);

  std::uint64_t minute_[2] = {0, 0};  ///< The last `YYYY-MM-DDThh:mm`.
  std::int64_t minute_ms_ = 0;
};

/// Epoch milliseconds, fractions cut. False if not plausible.
bool time_from_number(double ms, Time& time);

}  // namespace vedette
