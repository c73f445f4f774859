#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/drift_profile.h"
#include "core/drift_sample.h"

namespace vedette::drift {

/// What people read about a column's cells. Kept by the judge, not sent to observers.
struct ColumnText {
  std::vector<std::string> cells;  ///< Of categorical ones: the value.
  std::vector<double> centre;      ///< Of numeric ones: mean of the sampled values.
  void encode(ByteWriter& out) const;
  static ColumnText decode(ByteReader& in);
};

/// Cells of a scope, with their texts; final or fine.
struct Binning {
  Profile profile;
  std::vector<ColumnText> texts;
};

/// Good-Turing: a share of values seen only once that makes new ones ordinary.
inline constexpr double kOpenEnded = 0.001;

enum class Grain : unsigned char { final, fine };
/// What columns hold: as their values look, or numbers however few different ones there are.
enum class Holds : unsigned char { by_values, numbers };
/// Cells from sampled rows: quantiles, or the commonest values. Columns of vectors are
/// left out.
Binning bin_sample(const Sample& sample, Grain grain, Holds holds = Holds::by_values);

/// Extremes of a numeric column.
struct Extent {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
};

/// Final cells, each a union of fine ones, so that fine counts convert exactly.
struct Coarsening {
  Binning binning;
  std::vector<std::uint32_t> cell_of;  ///< Final cell of each fine cell.
};
Coarsening coarsen(const Binning& fine, std::span<const std::uint64_t> counts,
                   std::span<const Extent> extents);

/// Merges neighbours of least mass until at most `cells` are left: for each, its last index.
std::vector<std::size_t> merge_neighbours(std::span<const double> masses, std::size_t cells);

}  // namespace vedette::drift
