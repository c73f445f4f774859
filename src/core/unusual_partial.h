#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/unusual_counts.h"

namespace vedette::unusual {

/// What one partition leaves of a pane of a model version: sampled rows while nothing is known of it, later
/// counts of odd events, as `profile` judges them.
struct Partial {
  std::uint64_t profile = 0;
  std::optional<quality::Sample> rows;
  Counts counts;

  /// Of rows those of these ranks alone.
  std::string encode(const std::vector<std::uint64_t>& ranks) const;
  /// Total.
  static Result<Partial> decode(std::string_view bytes, std::size_t most_rows);
};

/// Key of a model version, bounded.
std::string scope_of(std::string_view model, std::string_view version);
/// False: no key that `scope_of` makes.
bool is_scope(std::string_view scope);

}  // namespace vedette::unusual
