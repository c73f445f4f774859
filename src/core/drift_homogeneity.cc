#include "core/drift_homogeneity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vedette::drift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFewExpected = 1;    ///< Cells with fewer events are pooled.
constexpr double kTooRegular = -3.5;  ///< Windows that are alike beyond this are no samples either.

/// Squares of what windows differ by, over what chance makes of these.
class Dispersion {
 public:
  void add(double squared, double expected) {
    squared_ += squared;
    expected_ += expected;
  }
  /// Of a standard normal if only chance is at work (Wilson, Hilferty 1931).
  double deviate() const {
    if (expected_ < 1) return 0;
    const double error = 2 / (9 * expected_);
    return (std::cbrt(squared_ / expected_) - (1 - error)) / std::sqrt(error);
  }

 private:
  double squared_ = 0;
  double expected_ = 0;  ///< Degrees of freedom as well.
};

/// Middle of each ordinary cell's ranks, between 0 and 1; of others the middle of all.
Cells ranks_of(const Cells& share) {
  Cells ranks = Cells::Constant(0.5);
  double before = 0;
  for (int cell = 0; cell < kOrdinary; ++cell) {
    ranks[cell] = before + share[cell] / 2;
    before += share[cell];
  }
  return ranks;
}

/// A window of `n` events drawn from the baseline, whose variance is hypergeometric: `left` is the part
/// of the binomial one that is left.
struct Window {
  Cells observed;
  double n = 0;
  double left = 1;

  void add_cells(const Cells& share, Dispersion& to) const {
    double pooled = 0;
    double pooled_expected = 0;
    for (int cell = 0; cell < kJudged; ++cell) {
      const double expected = n * share[cell];
      if (expected < kFewExpected) {
        pooled += observed[cell];
        pooled_expected += expected;
        continue;
      }
      const double off = observed[cell] - expected;
      to.add(off * off / expected, (1 - share[cell]) * left);
    }
    const double off = pooled - pooled_expected;
    if (pooled_expected >= kFewExpected)
      to.add(off * off / pooled_expected, (1 - pooled_expected / n) * left);
  }

  void add_rank(const Cells& share, const Cells& ranks, Dispersion& to) const {
    const double mean = (share * ranks).sum();
    const double variance = n * (share * (ranks - mean).square()).sum();
    const double off = ((observed - n * share) * ranks).sum();
    if (variance > 0) to.add(off * off / variance, left);
  }
};

}  // namespace

double unrest(const ColumnBaseline& column, int levels, bool numeric) {
  const SeasonProfile whole = column.profile(Season::flat);
  const double all = whole.n[0];
  if (all < 2) return 0;
  const Cells share = whole.slots[0] / all;
  const Cells ranks = ranks_of(share);
  double most = 0;
  for (int level = 0; level < levels; ++level) {
    Dispersion cells;
    Dispersion rank;
    const std::int64_t length = window_panes(level);
    for (std::int64_t start = 0; start + length <= column.panes(); start += length) {
      const ColumnBaseline::Block block = column.block(Season::flat, start, start + length);
      const Window window{block.observed, block.n, (all - block.n) / (all - 1)};
      window.add_cells(share, cells);
      if (numeric) window.add_rank(share, ranks, rank);
    }
    if (std::min(cells.deviate(), rank.deviate()) < kTooRegular) return kInfinity;
    most = std::max({most, cells.deviate(), rank.deviate()});
  }
  return most;
}

}  // namespace vedette::drift
