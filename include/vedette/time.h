#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace vedette {

using Duration = std::chrono::milliseconds;

/// Tag of event time: what the producer says, never what our clock says.
struct EventTimeline {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<EventTimeline, Duration>;
};

/// Event time, milliseconds since 1970-01-01T00:00:00Z.
using Time = EventTimeline::time_point;

constexpr Time from_ms(std::int64_t ms) { return Time{Duration{ms}}; }
constexpr std::int64_t to_ms(Time time) { return time.time_since_epoch().count(); }

/// Earlier and later than every event.
inline constexpr Time kDawn = from_ms(std::numeric_limits<std::int64_t>::min() / 4);
inline constexpr Time kForever = from_ms(std::numeric_limits<std::int64_t>::max() / 4);

inline constexpr Duration kSecond{1000};
inline constexpr Duration kMinute{60 * 1000};
inline constexpr Duration kHour{3600 * 1000};
inline constexpr Duration kDay{24 * 3600 * 1000};
inline constexpr Duration kWeek{7 * 24 * 3600 * 1000};

/// Start of the pane of `length` that holds `time`; panes are aligned to the epoch.
constexpr Time floor_to(Time time, Duration length) {
  const std::int64_t at = to_ms(time);
  const std::int64_t rest = at % length.count();
  return from_ms(at - (rest < 0 ? rest + length.count() : rest));
}

/// First multiple of `length` at or after `time`.
constexpr Time ceil_to(Time time, Duration length) { return floor_to(time + length - Duration{1}, length); }

}  // namespace vedette
