#include "core/drift_text.h"

#include <chrono>
#include <cstdio>

namespace vedette::drift {
namespace {

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

}  // namespace

std::string number(double value) { return format("%.4g", value); }

std::string percent(double share) {
  return share > 0 && share < 0.0005 ? "under 0.1 %" : format("%.3g %%", 100 * share);
}

std::string clock_text(Time time) {
  using namespace std::chrono;
  const sys_time<milliseconds> wall{time.time_since_epoch()};
  const auto day = floor<days>(wall);
  const year_month_day date{day};
  const hh_mm_ss<seconds> clock{floor<seconds>(wall - day)};
  return format("%04d-%02u-%02u %02d:%02d:%02d UTC", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
}

}  // namespace vedette::drift
