#include "core/setting_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace vedette {
namespace {

std::string bound_text(double bound, std::string_view type) {
  if (type == "duration") return to_text(Duration{static_cast<std::int64_t>(bound)});
  if (type == "size") return to_text(ByteSize{static_cast<std::uint64_t>(bound)});
  return number_text(bound);
}

// Optimal string alignment. Names longer than this are never a slip of the keyboard.
constexpr std::size_t kLongestName = 64;

std::size_t distance(std::string_view a, std::string_view b) {
  if (a.size() > kLongestName || b.size() > kLongestName) return kLongestName;
  std::vector<std::array<std::size_t, kLongestName + 1>> rows(a.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) rows[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string range_text(const Range& range, std::string_view type) {
  const bool low = std::isfinite(range.min);
  const bool high = std::isfinite(range.max);
  if (low && high) return bound_text(range.min, type) + " to " + bound_text(range.max, type);
  if (low) return "at least " + bound_text(range.min, type);
  if (high) return "at most " + bound_text(range.max, type);
  return {};
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string nearest_of(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > kLongestName) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(name.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t found = distance(name, candidate);
    if (found >= best_distance) continue;
    best_distance = found;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(const std::string& nearest) {
  return nearest.empty() ? std::string{} : " (did you mean '" + nearest + "'?)";
}

}  // namespace vedette
