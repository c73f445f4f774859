#include "formats/timestamp.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace vedette {
namespace {

constexpr std::int64_t kYear1 = -62135596800000;
constexpr std::int64_t kYear10000 = 253402300800000;

}  // namespace

std::string rfc3339(Time time) {
  if (to_ms(time) < kYear1 || to_ms(time) >= kYear10000) return {};
  const Time midnight = floor_to(time, kDay);
  const std::chrono::sys_days day{std::chrono::days{to_ms(midnight) / kDay.count()}};
  const std::chrono::year_month_day date{day};
  const std::int64_t rest = (time - midnight).count();
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), static_cast<int>(rest / 3600000),
                                   static_cast<int>(rest / 60000 % 60), static_cast<int>(rest / 1000 % 60),
                                   static_cast<int>(rest % 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace vedette
