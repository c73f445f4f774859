#include "vedette/settings.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/setting_text.h"

namespace vedette {
namespace {

using Items = std::vector<std::string>;

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};

// Largest first: to_text takes the first one that divides.
constexpr std::array<Unit, 5> kDurationUnits = {
    Unit{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
constexpr std::array<Unit, 5> kSizeUnits = {
    Unit{"TiB", 1LL << 40}, {"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}, {"", 1}};
constexpr std::array<std::string_view, 5> kSeverities = {"informational", "low", "medium", "high",
                                                         "critical"};
constexpr std::size_t kLongestQuote = 80;

// What was read, cut so that a hostile file cannot fill the terminal, control characters blanked.
std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, kLongestQuote));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return "'" + shown + (text.size() > kLongestQuote ? "...'" : "'");
}

template <class Number>
bool parse_whole(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

Status check_range(double value, const Range& range, std::string_view type, std::string_view text) {
  if (value >= range.min && value <= range.max) return {};
  return Status::reject(quoted(text) + " is out of range: allowed is " + range_text(range, type));
}

// A number and one unit, both required to be there unless the unit may be empty.
template <std::size_t N>
bool parse_units(std::string_view text, const std::array<Unit, N>& units, std::int64_t& value) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t number = 0;
  if (digits == 0 || !parse_whole(text.substr(0, digits), number)) return false;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.suffix) continue;
    return !__builtin_mul_overflow(number, unit.factor, &value);
  }
  return false;
}

template <std::size_t N>
std::string units_text(std::int64_t value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units)
    if (value != 0 && value % unit.factor == 0)
      return std::to_string(value / unit.factor) + std::string(unit.suffix);
  return {};
}

std::string joined(const Items& items) {
  std::string all;
  for (const std::string& item : items) all.append(all.empty() ? "" : ", ").append(item);
  return all;
}

Status one_of(const std::string& text, const Items& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
  return Status::reject(quoted(text) + " is none of " + joined(choices) +
                        did_you_mean(nearest_of(text, choices)));
}

// Scalars take exactly one item.
template <class Store>
std::function<Status(const Items&)> scalar(Store store) {
  return [store](const Items& items) {
    if (items.size() != 1) return Status::reject("exactly one value is needed");
    return store(items.front());
  };
}

Status set_map(std::map<std::string, std::string>& field, const Items& items) {
  std::map<std::string, std::string> read;
  for (const std::string& item : items) {
    const std::size_t at = item.find('=');
    if (at == std::string::npos || at == 0) return Status::reject(quoted(item) + " is not key=value");
    if (!read.emplace(item.substr(0, at), item.substr(at + 1)).second)
      return Status::reject(quoted(item.substr(0, at)) + " is given twice");
  }
  field = std::move(read);
  return {};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t value = 0;
  if (parse_units(text, kDurationUnits, value)) return Duration{value};
  return Status::reject(quoted(text) +
                        " is not a duration: write a whole number and a unit, as 250ms, 30s, 5m, 2h, 7d");
}

Result<ByteSize> parse_size(std::string_view text) {
  std::int64_t value = 0;
  if (parse_units(text, kSizeUnits, value)) return ByteSize{static_cast<std::uint64_t>(value)};
  return Status::reject(
      quoted(text) + " is not a size: write a whole number of bytes, or with a unit, as 64KiB, 16MiB, 2GiB");
}

std::string to_text(Duration duration) {
  const std::string text = units_text(duration.count(), kDurationUnits);
  return text.empty() ? "0s" : text;
}

std::string to_text(ByteSize size) {
  const std::string text = units_text(static_cast<std::int64_t>(size.bytes), kSizeUnits);
  return text.empty() ? "0" : text;
}

void Settings::add(std::string_view name, bool& field, std::string_view doc) {
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "boolean",
                   field ? "true" : "false",
                   {},
                   {},
                   scalar([&field](const std::string& text) {
                     if (text != "true" && text != "false")
                       return Status::reject(quoted(text) + " is neither true nor false");
                     field = text == "true";
                     return Status{};
                   })});
}

void Settings::add(std::string_view name, std::int64_t& field, std::string_view doc, Range range) {
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "integer",
                   std::to_string(field),
                   range,
                   {},
                   scalar([&field, range](const std::string& text) {
                     std::int64_t value = 0;
                     if (!parse_whole(text, value))
                       return Status::reject(quoted(text) + " is not a whole number");
                     const Status status = check_range(static_cast<double>(value), range, "integer", text);
                     if (status.ok()) field = value;
                     return status;
                   })});
}

void Settings::add(std::string_view name, double& field, std::string_view doc, Range range) {
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "number",
                   number_text(field),
                   range,
                   {},
                   scalar([&field, range](const std::string& text) {
                     double value = 0;
                     if (!parse_whole(text, value) || !std::isfinite(value))
                       return Status::reject(quoted(text) + " is not a number");
                     const Status status = check_range(value, range, "number", text);
                     if (status.ok()) field = value;
                     return status;
                   })});
}

void Settings::add(std::string_view name, Duration& field, std::string_view doc, Range range) {
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "duration",
                   to_text(field),
                   range,
                   {},
                   scalar([&field, range](const std::string& text) {
                     const Result<Duration> value = parse_duration(text);
                     if (!value.ok()) return value.status();
                     const auto ms = static_cast<double>(value->count());
                     const Status status = check_range(ms, range, "duration", text);
                     if (status.ok()) field = *value;
                     return status;
                   })});
}

void Settings::add(std::string_view name, ByteSize& field, std::string_view doc, Range range) {
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "size",
                   to_text(field),
                   range,
                   {},
                   scalar([&field, range](const std::string& text) {
                     const Result<ByteSize> value = parse_size(text);
                     if (!value.ok()) return value.status();
                     const auto bytes = static_cast<double>(value->bytes);
                     const Status status = check_range(bytes, range, "size", text);
                     if (status.ok()) field = *value;
                     return status;
                   })});
}

void Settings::add(std::string_view name, std::string& field, std::string_view doc) {
  rows_.push_back(
      {std::string(name), std::string(doc), "text", field, {}, {}, scalar([&field](const std::string& text) {
         field = text;
         return Status{};
       })});
}

void Settings::add(std::string_view name, std::vector<std::string>& field, std::string_view doc) {
  rows_.push_back(
      {std::string(name), std::string(doc), "list", joined(field), {}, {}, [&field](const Items& items) {
         field = items;
         return Status{};
       }});
}

void Settings::add(std::string_view name, std::map<std::string, std::string>& field, std::string_view doc) {
  Items initial;
  for (const auto& [key, value] : field) initial.push_back(key + "=" + value);
  rows_.push_back(
      {std::string(name), std::string(doc), "map", joined(initial), {}, {}, [&field](const Items& items) {
         return set_map(field, items);
       }});
}

void Settings::add(std::string_view name, Severity& field, std::string_view doc) {
  const Items choices(kSeverities.begin(), kSeverities.end());
  rows_.push_back({std::string(name),
                   std::string(doc),
                   "choice",
                   choices[static_cast<std::size_t>(field) - 1],
                   {},
                   choices,
                   scalar([&field, choices](const std::string& text) {
                     const Status status = one_of(text, choices);
                     const auto at = std::find(choices.begin(), choices.end(), text) - choices.begin();
                     if (status.ok()) field = static_cast<Severity>(at + 1);
                     return status;
                   })});
}

void Settings::add_choice(std::string_view name, std::string& field, std::string_view doc,
                          std::vector<std::string> choices) {
  Row row{std::string(name), std::string(doc), "choice", field, {}, choices, {}};
  row.set = scalar([&field, choices = std::move(choices)](const std::string& text) {
    const Status status = one_of(text, choices);
    if (status.ok()) field = text;
    return status;
  });
  rows_.push_back(std::move(row));
}

const Settings::Row* Settings::find(std::string_view name) const {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [name](const Row& r) { return r.name == name; });
  return row == rows_.end() ? nullptr : &*row;
}

std::string Settings::nearest(std::string_view name) const {
  std::vector<std::string> names;
  names.reserve(rows_.size());
  for (const Row& row : rows_) names.push_back(row.name);
  return nearest_of(name, names);
}

}  // namespace vedette
