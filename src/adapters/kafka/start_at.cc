#include "adapters/kafka/start_at.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>

namespace vedette {
namespace {

/// Takes `digits` digits off the front; nothing if there are not so many.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const char* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_milliseconds(std::string_view& text) {
  if (!take(text, ".")) return 0;
  int value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    if (++digits <= 3) value = value * 10 + (text.front() - '0');
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::minutes{0};
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::chrono::minutes zone{*hours * 60 + *minutes};
  return west ? -zone : zone;
}

std::optional<Time> parse_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto ms = take_milliseconds(text);
  const auto zone = ms ? take_zone(text) : std::nullopt;
  if (!zone || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const Duration at = std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{*hour} +
                      std::chrono::minutes{*minute} + std::chrono::seconds{*second} + Duration{*ms} - *zone;
  return Time{at};
}

}  // namespace

Result<StartAt> parse_start_at(std::string_view text) {
  if (text == "beginning") return StartAt{StartAt::Where::beginning, {}};
  if (text == "end") return StartAt{StartAt::Where::end, {}};
  if (const auto time = parse_time(text); time && *time >= Time{})
    return StartAt{StartAt::Where::time, *time};
  return Status::reject("start_at '" + std::string(text) +
                        "' is neither beginning nor end nor a time such as 2026-03-02T10:15:00Z");
}

}  // namespace vedette
