#pragma once

#include <cstdint>

#include "vedette/bytes.h"

namespace vedette {

/// A sum of doubles that does not depend on their order or on how they were split:
/// 128-bit fixed point with 46 binary places. Each term is cut to 1e18 and rounded to
/// 1.4e-14; room for a million of the largest. A value.
class ExactSum {
 public:
  void add(double term);
  void add(const ExactSum& other);
  double value() const;
  bool operator==(const ExactSum&) const = default;
  void save(ByteWriter& out) const;
  static ExactSum load(ByteReader& in);

 private:
  void negate();
  std::uint64_t low_ = 0;
  std::int64_t high_ = 0;
};

}  // namespace vedette
