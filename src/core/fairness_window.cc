#include "core/fairness_window.h"

#include <algorithm>
#include <cmath>

#include "core/drift_quantiles.h"

namespace vedette::fairness {
namespace {

constexpr double kLeastWindows = 4;
constexpr std::size_t kMostWindows = 128;
constexpr double kLeastOfGroup = 10;  ///< In an earlier window, to count as one.
/// Bounds how far the longest windows, of which there are few, are distrusted.
constexpr double kMostOfNormal = 1.5;

/// Differences of earlier windows, each with its variance by chance.
struct Straying {
  std::vector<std::pair<double, double>> windows;
  double mean = 0;
  double chance = 0;
};

Straying straying_of(const Window& window, labels::Name one, labels::Name other, Metric metric) {
  Share first;
  Share second;
  std::vector<std::pair<Share, Share>> pairs;
  for (const Cells& cells : window.before) {
    const Share a = share_of(cells, one, metric);
    const Share b = share_of(cells, other, metric);
    if (a.n < kLeastOfGroup || b.n < kLeastOfGroup) continue;
    pairs.emplace_back(a, b);
    first = {first.hits + a.hits, first.n + a.n};
    second = {second.hits + b.hits, second.n + b.n};
  }
  Straying straying;
  const auto count = static_cast<double>(pairs.size());
  for (const auto& [a, b] : pairs) {
    const double chance = first.variance() * first.n / a.n + second.variance() * second.n / b.n;
    straying.windows.emplace_back(b.rate() - a.rate(), chance);
    straying.mean += (b.rate() - a.rate()) / count;
    straying.chance += chance / count;
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

Window::Window(const Blocks& blocks, Time from, Time to) : start(from), end(to) {
  const Duration length = end - start;
  for (int i = 0; i < kQuarters; ++i) {
    quarters[static_cast<std::size_t>(i)] =
        sum(blocks, start + i * length / kQuarters, start + (i + 1) * length / kQuarters);
    add(all, quarters[static_cast<std::size_t>(i)]);
  }
  // A pause is no window, however long.
  std::map<std::int64_t, Cells> earlier;
  for (auto block = std::make_reverse_iterator(blocks.lower_bound(start)); block != blocks.rend(); ++block) {
    const std::int64_t back = (start - block->first - Duration{1}) / length;
    if (earlier.size() >= kMostWindows && !earlier.contains(back)) break;
    add(earlier[back], block->second);
  }
  for (auto& [back, cells] : earlier) before.push_back(std::move(cells));
}

std::optional<double> design_effect(const Window& window, labels::Name one, labels::Name other, Metric metric,
                                    double z) {
  const Straying straying = straying_of(window, one, other, metric);
  const auto count = static_cast<double>(straying.windows.size());
  if (count < kLeastWindows) return std::nullopt;
  double excess = 0;
  for (const auto& [gap, chance] : straying.windows) excess += std::pow(gap - straying.mean, 2) / chance;
  excess /= count - 1;
  const double own =
      share_of(window.all, one, metric).variance() + share_of(window.all, other, metric).variance();
  const double t = std::min(drift::student_deviate(drift::normal_tail(z), count - 1), kMostOfNormal * z);
  // What is beyond chance does not shrink with the number of answers.
  const double wander = std::max(0.0, excess - 1) * straying.chance / own;
  return 1 + excess * std::sqrt(2 / (count - 1)) + std::pow(t / z, 2) * wander * (1 + 2 / count);
}

}  // namespace vedette::fairness
