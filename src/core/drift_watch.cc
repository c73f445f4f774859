#include "core/drift_watch.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vedette::drift {
namespace {

constexpr double kBelowLimit = 0.999;  ///< What a window is worth that hangs on one block.

double total(const SlotCounts& slots) { return std::accumulate(slots.begin(), slots.end(), 0.0); }

}  // namespace

Watch::Watch(BaselineModel model, std::vector<bool> numeric, double min_effect, AlertLife::Joins joins)
    : model_(std::move(model)),
      numeric_(std::move(numeric)),
      min_effect_(min_effect),
      bank_(model_.levels, model_.columns.size()),
      life_(model_.columns.size(), model_.levels, joins) {}

Limit Watch::limit_of(std::size_t column, std::size_t view, int level) const {
  const auto at = static_cast<std::size_t>(level);
  return {model_.z[at], model_.columns[column].allowance[view][at], model_.median_n[at], min_effect_};
}

Distance Watch::distance_of(std::size_t column, std::size_t view, const StoredCells& cells,
                            const SlotCounts& slots, double& n) const {
  n = total(slots);
  const Expected expected = model_.columns[column].profile.expect(slots);
  const Cells observed = judged(cells);
  if (view == 0) return distance(observed, expected.share, n, expected.n0);
  const bool numeric = numeric_[column];
  return distance(special_view(observed, numeric), special_view(expected.share, numeric), n, expected.n0);
}

bool Watch::survives_jackknife(std::size_t column, std::size_t view, int level) const {
  const Limit limit = limit_of(column, view, level);
  for (int block = 0; block < Bank::kBlocks; ++block) {
    double n = 0;
    const Distance rest =
        distance_of(column, view, bank_.cells(level, column, block), bank_.slots(level, block), n);
    if (!(ratio(rest, limit, n, 0.5 * kMarginKept) > 1)) return false;
  }
  return true;
}

std::optional<Watch::Evidence> Watch::look(std::size_t column, int level) const {
  return look(column, level, bank_.slots(level));
}

std::optional<Watch::Evidence> Watch::look(std::size_t column, int level, const SlotCounts& slots) const {
  Evidence best;
  best.n = total(slots);
  if (best.n < kMinEvents) return std::nullopt;
  best.observed = bank_.cells(level, column);
  best.expected = model_.columns[column].profile.expect(slots);
  const Cells observed = judged(best.observed);
  for (std::size_t view = 0; view < kViews; ++view) {
    const bool full = view == 0;
    const Distance x =
        distance(full ? observed : special_view(observed, numeric_[column]),
                 full ? best.expected.share : special_view(best.expected.share, numeric_[column]), best.n,
                 best.expected.n0);
    const Limit limit = limit_of(column, view, level);
    if (!full && !std::isfinite(limit.allowance)) continue;  // Not tested.
    double value = ratio(x, limit, best.n, kMarginKept);
    if (value > 1 && !survives_jackknife(column, view, level)) value = kBelowLimit;
    if (!full && value <= best.ratio) continue;
    best.ratio = value;
    best.view = view;
    best.distance = x;
    best.limit = limit;
  }
  return best;
}

std::vector<Transition> Watch::close_pane(std::int64_t at, Time start, std::uint64_t n,
                                          std::span<const std::uint32_t> cells) {
  bank_.push(at, slot_of(start), n, cells);
  std::vector<AlertLife::Look> looks;
  for (int level = 0; level < model_.levels && bank_.complete(level); ++level) {
    const SlotCounts slots = bank_.slots(level);
    for (std::size_t column = 0; column < model_.columns.size(); ++column) {
      if (life_.ignores(column, at - window_panes(level))) continue;
      if (const auto evidence = look(column, level, slots)) looks.push_back({column, level, evidence->ratio});
    }
  }
  return life_.step(at, start + model_.pane, looks);
}

Bank::Suffix Watch::since_change(std::size_t column, std::size_t view) const {
  Bank::Suffix best;
  double most = 0;
  for (const Bank::Suffix& suffix : bank_.suffixes(column)) {
    double n = 0;
    const Distance x = distance_of(column, view, suffix.cells, suffix.slots, n);
    if (n <= 0) continue;
    const double gain = n * (x.d - x.mc / n);
    if (gain <= most) continue;
    most = gain;
    best = suffix;
  }
  return best;
}

}  // namespace vedette::drift
