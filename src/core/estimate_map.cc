#include "core/estimate_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vedette::estimate {
namespace {

/// Labels that the confidence itself is worth in each bin.
constexpr double kPrior = 4;

/// Neighbouring bins that have one value.
struct Pool {
  std::size_t first = 0;
  double weight = 0;
  double sum = 0;
  double value() const { return sum / weight; }
};

double confidence(const Bin& bin, std::size_t at) {
  if (bin.predictions == 0) return (static_cast<double>(at) + 0.5) / kBins;
  return static_cast<double>(bin.millionths) / Confidence::kOne / static_cast<double>(bin.predictions);
}

}  // namespace

std::size_t Confidence::bin() const { return std::min<std::size_t>(millionths * kBins / kOne, kBins - 1); }

std::optional<Confidence> confidence_of(const labels::Prediction& prediction) {
  for (const labels::Loss& loss : prediction.losses)
    if (loss.name == prediction.said && prediction.said != 0)
      return Confidence{static_cast<std::uint64_t>(
          std::lround(std::exp(-static_cast<double>(loss.thousandths) / 1e3) * Confidence::kOne))};
  return std::nullopt;
}

void encode(const Bins& bins, ByteWriter& out) {
  for (const Bin& bin : bins)
    for (const std::uint64_t count : {bin.predictions, bin.millionths, bin.labelled, bin.right})
      out.u64(count);
}

bool decode_bins(ByteReader& in, Bins& bins) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // So that no sum can overflow.
  for (Bin& bin : bins) {
    for (std::uint64_t* count : {&bin.predictions, &bin.millionths, &bin.labelled, &bin.right})
      *count = in.u64();
    if (bin.predictions > kMost || bin.labelled > kMost || bin.right > bin.labelled) return false;
    if (bin.millionths > bin.predictions * Confidence::kOne) return false;
  }
  return in.ok();
}

double total(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), 0.0); }

CalibrationMap::CalibrationMap(const Bins& bins) {
  std::iota(pool.begin(), pool.end(), std::size_t{0});
  for (const Bin& bin : bins) labels += static_cast<double>(bin.labelled);
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < kBins; ++i) {
    const double prior = confidence(bins[i], i);
    right[i] = prior;
    pools.push_back({i, static_cast<double>(bins[i].labelled) + kPrior,
                     static_cast<double>(bins[i].right) + kPrior * prior});
    while (pools.size() > 1 && pools[pools.size() - 2].value() > pools.back().value()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().weight += last.weight;
      pools.back().sum += last.sum;
    }
  }
  if (labels == 0) return;
  for (std::size_t p = 0; p < pools.size(); ++p) {
    const double value = pools[p].value();
    const std::size_t end = p + 1 < pools.size() ? pools[p + 1].first : kBins;
    for (std::size_t i = pools[p].first; i < end; ++i) {
      right[i] = value;
      variance[i] = value * (1 - value) / (pools[p].weight + 1);
      pool[i] = pools[p].first;
    }
  }
}

double CalibrationMap::mean(const Counts& counts) const {
  double sum = 0;
  for (std::size_t i = 0; i < kBins; ++i) sum += counts[i] * right[i];
  const double n = total(counts);
  return n > 0 ? sum / n : 0;
}

}  // namespace vedette::estimate
