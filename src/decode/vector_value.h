#pragma once

#include <algorithm>
#include <limits>

namespace vedette {

/// An element of a vector: what is too large for a float becomes the largest one.
inline float to_float(double number) {
  constexpr double kMost = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(number, -kMost, kMost));
}

}  // namespace vedette
