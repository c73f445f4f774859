#include "decode/time_text.h"

#include <chrono>
#include <cmath>
#include <cstring>

namespace vedette {
namespace {

bool two_digits(const char* p, unsigned limit, unsigned& value) {
  const unsigned tens = static_cast<unsigned>(p[0]) - '0';
  const unsigned ones = static_cast<unsigned>(p[1]) - '0';
  value = tens * 10 + ones;
  return tens <= 9 && ones <= 9 && value <= limit;
}

/// `.123456` at the front of `text`, which it removes.
bool take_fraction(std::string_view& text, std::int64_t& ms) {
  ms = 0;
  if (text.empty() || text.front() != '.') return true;
  std::size_t at = 1;
  std::int64_t unit = 100;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
    ms += unit * (text[at] - '0');
  text.remove_prefix(at);
  return at > 1;
}

bool parse_zone(std::string_view text, std::int64_t& ms) {
  ms = 0;
  if (text == "Z" || text == "z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  unsigned hours = 0, minutes = 0;
  if (!two_digits(text.data() + 1, 23, hours) || !two_digits(text.data() + 4, 59, minutes)) return false;
  ms = (std::int64_t{hours} * 60 + minutes) * 60000;
  if (text[0] == '-') ms = -ms;
  return true;
}

}  // namespace

bool TimeReader::parse_minute(const char* text, std::int64_t& ms) {
  std::uint64_t words[2];
  std::memcpy(words, text, sizeof words);
  if (words[0] == minute_[0] && words[1] == minute_[1]) {
    ms = minute_ms_;
    return true;
  }
  unsigned century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0;
  const bool shaped = text[4] == '-' && text[7] == '-' &&
                      (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && text[13] == ':';
  const bool ranged = two_digits(text, 99, century) && two_digits(text + 2, 99, year) &&
                      two_digits(text + 5, 12, month) && two_digits(text + 8, 31, day) &&
                      two_digits(text + 11, 23, hour) && two_digits(text + 14, 59, minute);
  if (!shaped || !ranged) return false;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(century * 100 + year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return false;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  ms = ((days * 24 + hour) * 60 + minute) * 60000;
  std::memcpy(minute_, words, sizeof words);
  minute_ms_ = ms;
  return true;
}

bool TimeReader::parse(std::string_view text, Time& time) {
  constexpr std::size_t kShortest = 20;  // 2026-03-02T10:15:42Z
  std::int64_t minute = 0, fraction = 0, zone = 0;
  unsigned second = 0;
  if (text.size() < kShortest || text[16] != ':' || !parse_minute(text.data(), minute)) return false;
  if (!two_digits(text.data() + 17, 60, second)) return false;
  text.remove_prefix(19);
  if (!take_fraction(text, fraction) || !parse_zone(text, zone)) return false;
  time = from_ms(minute + std::int64_t{second} * 1000 + fraction - zone);
  return is_plausible(time);
}

bool time_from_number(double ms, Time& time) {
  constexpr double kFirst = static_cast<double>(to_ms(kFirstTime));
  constexpr double kEnd = static_cast<double>(to_ms(kEndOfTime));
  if (!(ms >= kFirst && ms < kEnd)) return false;
  time = from_ms(static_cast<std::int64_t>(std::floor(ms)));
  return true;
}

}  // namespace vedette
