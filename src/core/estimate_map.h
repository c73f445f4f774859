#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/label_records.h"

namespace vedette::estimate {

/// Answers fall into bins of equal width of the probability that the model gave to the class it said.
inline constexpr std::size_t kBins = 20;
using Counts = std::array<std::uint32_t, kBins>;

struct Confidence {
  static constexpr std::uint64_t kOne = 1'000'000;
  std::uint64_t millionths = 0;
  std::size_t bin() const;
};
/// Nothing if the answer does not say how sure it is.
std::optional<Confidence> confidence_of(const labels::Prediction& prediction);

/// What a baseline shows of one bin.
struct Bin {
  std::uint64_t predictions = 0;
  std::uint64_t millionths = 0;  ///< Sum of their confidences.
  std::uint64_t labelled = 0;
  std::uint64_t right = 0;  ///< Of those with a label.
};
using Bins = std::array<Bin, kBins>;
void encode(const Bins& bins, ByteWriter& out);
/// False: not what `encode` writes.
bool decode_bins(ByteReader& in, Bins& bins);

/// How often an answer of each bin is right: as labels show, drawn towards the confidence itself where
/// they are few, and never falling with the confidence (pool adjacent violators). Without labels the
/// confidence is believed. Immutable.
struct CalibrationMap {
  explicit CalibrationMap(const Bins& bins);
  double mean(const Counts& counts) const;  ///< Estimated accuracy; 0 of nothing.

  std::array<double, kBins> right{};
  std::array<double, kBins> variance{};   ///< Of `right`, since labels are few.
  std::array<std::size_t, kBins> pool{};  ///< First bin of those that have one value, and one error.
  double labels = 0;
};

double total(const Counts& counts);

}  // namespace vedette::estimate
