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

Limit Watch::limit_of(std::size_t column, View view, int level) const {
  const auto at = static_cast<std::size_t>(level);
  const BaselineModel::Column& of = model_.columns[column];
  return {model_.z[at], of.allowance[index_of(view)][at], model_.median_n[at], min_effect_,
          of.still ? 1 : kMarginKept};
}

Distance Watch::distance_of(std::size_t column, View view, const Cells& observed, const Expected& expected,
                            double n) const {
  const auto measure = model_.columns[column].still ? steady_distance : distance;
  const bool numeric = numeric_[column];
  return measure(seen(view, observed, numeric), seen(view, expected.share, numeric), n, expected.n0);
}

bool Watch::survives_jackknife(std::size_t column, View view, int level) const {
  const Limit limit = limit_of(column, view, level);
  for (int block = 0; block < Bank::kBlocks; ++block) {
    const SlotCounts slots = bank_.slots(level, block);
    const double n = total(slots);
    const Distance rest = distance_of(column, view, judged(bank_.cells(level, column, block)),
                                      model_.columns[column].profile.expect(slots), n);
    if (!(ratio(rest, limit, n, 0.5) > 1)) return false;
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
  for (const View view : kAllViews) {
    const bool full = view == View::full;
    if (view == View::coarse && !numeric_[column]) continue;  // As the full one.
    const Distance x = distance_of(column, view, observed, best.expected, best.n);
    const Limit limit = limit_of(column, view, level);
    if (!full && !std::isfinite(limit.allowance)) continue;  // Not tested.
    double value = ratio(x, limit, best.n);
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

Bank::Suffix Watch::since_change(std::size_t column, View view) const {
  Bank::Suffix best;
  double most = 0;
  for (const Bank::Suffix& suffix : bank_.suffixes(column)) {
    const double n = total(suffix.slots);
    if (n <= 0) continue;
    const Distance x = distance_of(column, view, judged(suffix.cells),
                                   model_.columns[column].profile.expect(suffix.slots), n);
    const double gain = n * (x.d - x.mc / n);
    if (gain <= most) continue;
    most = gain;
    best = suffix;
  }
  return best;
}

}  // namespace vedette::drift
