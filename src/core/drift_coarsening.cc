#include <algorithm>

#include "core/drift_binning.h"

namespace vedette::drift {
namespace {

void coarsen_numbers(const ColumnSpec& fine, const ColumnText& text, std::span<const std::uint64_t> counts,
                     ColumnSpec& spec, ColumnText& coarse, std::vector<std::uint32_t>& cell_of) {
  const std::size_t bins = fine.edges.size() + 1;
  const std::vector<double> masses(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(bins));
  spec.edges.clear();
  std::size_t bin = 0;
  for (const std::size_t last : merge_neighbours(masses, kBins)) {
    double mass = 0;
    double sum = 0;
    for (; bin <= last; ++bin) {
      cell_of.push_back(1 + static_cast<std::uint32_t>(coarse.centre.size()));
      const double weight = masses[bin] + 1e-9;
      mass += weight;
      sum += weight * (text.centre[bin] - fine.origin);
    }
    if (last + 1 < bins) spec.edges.push_back(fine.edges[last]);
    coarse.centre.push_back(fine.origin + sum / mass);
  }
  cell_of.resize(cell_of.size() + kFineBins - bins, kBins);
}

void coarsen_words(const ColumnSpec& fine, const ColumnText& text, std::span<const std::uint64_t> counts,
                   ColumnSpec& spec, ColumnText& coarse, std::vector<std::uint32_t>& cell_of) {
  std::vector<std::size_t> order(fine.words.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::vector<std::uint32_t> cells(kFineWords + 1, kOther);
  for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), kBins); ++i) {
    cells[order[i]] = static_cast<std::uint32_t>(i);
    coarse.cells.push_back(text.cells[order[i]]);
  }
  for (std::size_t i = 0; i < spec.words.size(); ++i) spec.words[i].cell = cells[i];
  const std::uint64_t unknown = counts[kFineWords + 1 + cell_new];
  std::uint64_t once = unknown;
  std::uint64_t all = unknown;
  for (std::size_t i = 0; i < order.size(); ++i) {
    once += counts[i] == 1;
    all += counts[i];
  }
  spec.new_is_other = static_cast<double>(once) > kOpenEnded * static_cast<double>(all);
  cell_of.insert(cell_of.end(), cells.begin(), cells.end());
}

}  // namespace

Coarsening coarsen(const Binning& fine, std::span<const std::uint64_t> counts,
                   std::span<const Extent> extents) {
  Coarsening result;
  for (std::size_t column = 0; column < fine.profile.specs.size(); ++column) {
    const Profile::Line& line = fine.profile.line(column);
    const auto own = counts.subspan(line.first, line.ordinary + special_cells);
    const std::uint32_t first = static_cast<std::uint32_t>(column) * kStored;
    ColumnSpec spec = fine.profile.specs[column];
    ColumnText text;
    std::vector<std::uint32_t> cell_of;
    if (line.numeric) {
      coarsen_numbers(fine.profile.specs[column], fine.texts[column], own, spec, text, cell_of);
      spec.set_far_limits(extents[column].least, extents[column].most);
    } else {
      coarsen_words(fine.profile.specs[column], fine.texts[column], own, spec, text, cell_of);
    }
    for (std::uint32_t special = 0; special < special_cells; ++special)
      cell_of.push_back(kOrdinary + special);
    if (spec.new_is_other) cell_of[line.ordinary + cell_new] = kOther;
    for (const std::uint32_t cell : cell_of) result.cell_of.push_back(first + cell);
    result.binning.profile.specs.push_back(std::move(spec));
    result.binning.texts.push_back(std::move(text));
  }
  result.binning.profile.compile();
  return result;
}

}  // namespace vedette::drift
