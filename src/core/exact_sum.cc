#include "vedette/exact_sum.h"

#include <algorithm>
#include <cmath>

namespace vedette {
namespace {

constexpr int kPlaces = 46;
constexpr double kLargest = 1e18;

}  // namespace

/// Two's complement of both words.
void ExactSum::negate() {
  low_ = ~low_ + 1;
  high_ = static_cast<std::int64_t>(~static_cast<std::uint64_t>(high_) + (low_ == 0 ? 1 : 0));
}

void ExactSum::add(double term) {
  const double scaled = std::nearbyint(std::ldexp(std::min(std::abs(term), kLargest), kPlaces));
  ExactSum words;
  words.high_ = static_cast<std::int64_t>(std::ldexp(scaled, -64));
  words.low_ = static_cast<std::uint64_t>(scaled - std::ldexp(static_cast<double>(words.high_), 64));
  if (term < 0) words.negate();
  add(words);
}

void ExactSum::add(const ExactSum& other) {
  low_ += other.low_;
  const std::uint64_t carry = low_ < other.low_ ? 1 : 0;
  high_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(high_) +
                                    static_cast<std::uint64_t>(other.high_) + carry);
}

double ExactSum::value() const {
  ExactSum size = *this;
  if (high_ < 0) size.negate();
  const double scaled = std::ldexp(static_cast<double>(static_cast<std::uint64_t>(size.high_)), 64) +
                        static_cast<double>(size.low_);
  return std::ldexp(high_ < 0 ? -scaled : scaled, -kPlaces);
}

void ExactSum::save(ByteWriter& out) const {
  out.i64(high_);
  out.u64(low_);
}

ExactSum ExactSum::load(ByteReader& in) {
  ExactSum sum;
  sum.high_ = in.i64();
  sum.low_ = in.u64();
  return sum;
}

}  // namespace vedette
