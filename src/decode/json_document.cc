#include "decode/json_document.h"

#include <algorithm>
#include <string>

namespace vedette {
namespace {

constexpr std::size_t kFirstCapacity = 64 * 1024;

/// Calls `visit(position)` for each byte outside strings. The position may be moved on.
template <class Visit>
void outside_strings(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '"') {
      visit(at);
      continue;
    }
    for (++at; at < text.size() && text[at] != '"'; ++at)
      if (text[at] == '\\') ++at;
  }
}

bool nests_deeper(std::string_view record, std::size_t limit) {
  const auto opens = [](char c) { return c == '{' || c == '['; };
  if (static_cast<std::size_t>(std::ranges::count_if(record, opens)) <= limit) return false;
  std::size_t depth = 0, deepest = 0;
  outside_strings(record, [&](std::size_t& at) {
    if (opens(record[at]))
      deepest = std::max(deepest, ++depth);
    else if (record[at] == '}' || record[at] == ']')
      --depth;
  });
  return deepest > limit;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The record with `.0` behind each integer that may not fit 64 bits, which simdjson
/// refuses although a double holds it. Empty if there is none.
std::string widen_integers(std::string_view record) {
  constexpr std::size_t kSafeDigits = 18;
  std::string wide;
  std::size_t copied = 0;
  outside_strings(record, [&](std::size_t& at) {
    if (!is_digit(record[at])) return;
    const std::size_t begin = at;
    while (at + 1 < record.size() && is_digit(record[at + 1])) ++at;
    const char next = at + 1 < record.size() ? record[at + 1] : ' ';
    const char before = begin > 0 ? record[begin - 1] : ' ';
    const bool integer = next != '.' && (next | 0x20) != 'e' && before != '.' && before != '+' &&
                         (before | 0x20) != 'e' &&
                         !(before == '-' && begin > 1 && (record[begin - 2] | 0x20) == 'e');
    if (!integer || at + 1 - begin <= kSafeDigits) return;
    wide.append(record.substr(copied, at + 1 - copied)).append(".0");
    copied = at + 1;
  });
  if (copied > 0) wide.append(record.substr(copied));
  return wide;
}

Reject reject_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::SUCCESS:
      return Reject::none;
    case simdjson::EMPTY:
      return Reject::empty;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return Reject::too_large;
    case simdjson::DEPTH_ERROR:
      return Reject::too_deep;
    case simdjson::UTF8_ERROR:
      return Reject::invalid_utf8;
    case simdjson::NUMBER_ERROR:
      return Reject::bad_number;
    default:
      return Reject::malformed;
  }
}

}  // namespace

// simdjson counts one level more than there are.
JsonDocument::JsonDocument(std::size_t max_depth) : max_depth_(max_depth) {
  if (parser_.allocate(kFirstCapacity, max_depth + 1) != simdjson::SUCCESS) max_depth_ = 0;
}

Reject JsonDocument::parse(std::string_view record, simdjson::dom::element& root) {
  simdjson::error_code error = parser_.parse(record.data(), record.size(), false).get(root);
  if (error == simdjson::NUMBER_ERROR) {
    const std::string wide = widen_integers(record);
    if (wide.empty()) return Reject::bad_number;
    widened_ = simdjson::padded_string(wide);
    error = parser_.parse(widened_.data(), widened_.size(), false).get(root);
  }
  if (error != simdjson::SUCCESS) return reject_of(error);
  return nests_deeper(record, max_depth_) ? Reject::too_deep : Reject::none;
}

}  // namespace vedette
