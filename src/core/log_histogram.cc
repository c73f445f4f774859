#include "vedette/log_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "vedette/value.h"

namespace vedette {
namespace {

constexpr int kPartBits = 3;
constexpr int kParts = 1 << kPartBits;
constexpr int kLeastExponent = -4;
constexpr int kMantissaBits = 52, kExponentBias = 1023;

double low_of(std::size_t bin) {
  const int octave = static_cast<int>(bin) / kParts + kLeastExponent;
  const double part = static_cast<double>(bin % kParts) / kParts;
  return std::ldexp(1 + part, octave);
}

}  // namespace

std::size_t LogHistogram::bin(double value) {
  if (!(value >= std::ldexp(1.0, kLeastExponent))) return 0;
  // Exponent and the first bits of the fraction, as they stand in the number.
  const auto bits = std::bit_cast<std::uint64_t>(value) >> (kMantissaBits - kPartBits);
  const std::uint64_t first = static_cast<std::uint64_t>(kExponentBias + kLeastExponent) << kPartBits;
  const std::uint64_t at = bits - first;
  return at < kBins ? static_cast<std::size_t>(at) : kBins - 1;
}

double LogHistogram::quantile(std::span<const std::uint32_t> bins, double q) {
  const std::uint64_t all = std::accumulate(bins.begin(), bins.end(), std::uint64_t{0});
  if (all == 0) return kUnknown;
  const double wanted = q * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const double count = bins[i];
    if (count > 0 && below + count >= wanted)
      return low_of(i) + (low_of(i + 1) - low_of(i)) * std::max(0.0, wanted - below) / count;
    below += count;
  }
  return low_of(bins.size());
}

}  // namespace vedette
