#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vedette/settings.h"

namespace vedette {

/// `1s to 7d`, `at least 0`, or empty where everything goes; in the units of `type`.
std::string range_text(const Range& range, std::string_view type);

/// The shortest text that reads back as the same number.
std::string number_text(double value);

/// The candidate most like `name` by edit distance (Damerau's, adjacent swaps count
/// once); empty if none is within a third of its length.
std::string nearest_of(std::string_view name, const std::vector<std::string>& candidates);

/// ` (did you mean 'budget'?)`, or empty if nothing is close.
std::string did_you_mean(const std::string& nearest);

}  // namespace vedette
