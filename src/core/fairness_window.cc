#include "core/fairness_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/drift_quantiles.h"

namespace vedette::fairness {
namespace {

constexpr double kLeastWindows = 3;
constexpr std::size_t kMostQuarters = 256;
constexpr double kLeastOfGroup = 10;  ///< In an earlier window, to count as one.
/// Bounds how far the longest windows, of which there are few, are distrusted.
constexpr double kMostOfNormal = 1.5;

/// How differences between two groups stray in stretches of one length.
struct Straying {
  double count = 0;
  double excess = 0;  ///< Variance over that by chance.
  double chance = 0;  ///< Variance by chance.
};

bool overlaps(const Stretch& stretch, const Spans& told) {
  return std::any_of(told.begin(), told.end(), [&stretch](const auto& span) {
    return stretch.start < span.second && span.first < stretch.end;
  });
}

Straying straying_of(const std::vector<Stretch>& stretches, labels::Name one, labels::Name other,
                     Metric metric, const Spans& told) {
  Share first;
  Share second;
  std::vector<std::pair<Share, Share>> pairs;
  for (const Stretch& stretch : stretches) {
    const Share a = share_of(stretch.cells, one, metric);
    const Share b = share_of(stretch.cells, other, metric);
    if (overlaps(stretch, told)) continue;
    if (a.n < kLeastOfGroup || b.n < kLeastOfGroup) continue;
    pairs.emplace_back(a, b);
    first = {first.hits + a.hits, first.n + a.n};
    second = {second.hits + b.hits, second.n + b.n};
  }
  Straying straying;
  straying.count = static_cast<double>(pairs.size());
  if (straying.count < kLeastWindows) return straying;
  double mean = 0;
  for (const auto& [a, b] : pairs) mean += (b.rate() - a.rate()) / straying.count;
  for (const auto& [a, b] : pairs) {
    const double chance = first.variance() * first.n / a.n + second.variance() * second.n / b.n;
    straying.excess += std::pow(b.rate() - a.rate() - mean, 2) / chance / (straying.count - 1);
    straying.chance += chance / straying.count;
  }
  return straying;
}

}  // namespace

void add(Cells& to, const Cells& from) {
  for (const auto& [group, cell] : from)
    for (std::size_t i = 0; i < kMetrics; ++i) to[group][i].add(cell[i]);
}

Cells sum(const Blocks& blocks, Time start, Time end) {
  Cells cells;
  for (auto block = blocks.lower_bound(start); block != blocks.end() && block->first < end; ++block)
    add(cells, block->second);
  return cells;
}

Share share_of(const Cells& cells, labels::Name group, Metric metric) {
  const auto cell = cells.find(group);
  if (cell == cells.end()) return {};
  const Count& count = cell->second[index_of(metric)];
  return {static_cast<double>(count.hits), static_cast<double>(count.n)};
}

Window::Window(const Blocks& of, Time from, Time to) : blocks(of), start(from), end(to) {
  const Duration length = end - start;
  for (int i = 0; i < kQuarters; ++i) {
    quarters[static_cast<std::size_t>(i)] =
        sum(blocks, start + i * length / kQuarters, start + (i + 1) * length / kQuarters);
    add(all, quarters[static_cast<std::size_t>(i)]);
  }
}

void Window::look_back() const {
  if (std::exchange(looked_back, true)) return;
  const Duration length = end - start;
  // A pause is no stretch, however long.
  std::map<std::int64_t, Cells> earlier;
  std::map<std::int64_t, Cells> windows;
  for (auto block = std::make_reverse_iterator(blocks.lower_bound(start)); block != blocks.rend(); ++block) {
    const std::int64_t back = kQuarters * (start - block->first - Duration{1}) / length;
    if (earlier.size() >= kMostQuarters && !earlier.contains(back)) break;
    add(earlier[back], block->second);
  }
  for (auto& [back, cells] : earlier) {
    add(windows[back / kQuarters], cells);
    const Time last = start - back * length / kQuarters;
    quarters_before.push_back({last - length / kQuarters, last, std::move(cells)});
  }
  for (auto& [back, cells] : windows) {
    const Time last = start - back * length;
    before.push_back({last - length, last, std::move(cells)});
  }
}

std::optional<double> design_effect(const Window& window, labels::Name one, labels::Name other, Metric metric,
                                    double z, const Spans& told) {
  window.look_back();
  const Straying whole = straying_of(window.before, one, other, metric, told);
  const Straying quarters = straying_of(window.quarters_before, one, other, metric, told);
  if (whole.count < kLeastWindows || quarters.count < kLeastWindows) return std::nullopt;
  const double own =
      share_of(window.all, one, metric).variance() + share_of(window.all, other, metric).variance();
  const double t =
      std::min(drift::student_deviate(drift::normal_tail(z), whole.count - 1), kMostOfNormal * z);
  // What strays from window to window does not shrink with the number of answers; what strays within one
  // does.
  const double wander =
      std::max({0.0, (whole.excess - 1) * whole.chance / own, quarters.excess - 1}) * (1 + 2 / whole.count);
  return 1 + quarters.excess * std::sqrt(2 / (quarters.count - 1)) + std::pow(t / z, 2) * wander;
}

}  // namespace vedette::fairness
