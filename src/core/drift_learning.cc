#include "core/drift_learning.h"

#include <algorithm>
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/count.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <cmath>
#include <limits>

#include "core/drift_homogeneity.h"
#include "core/drift_quantiles.h"

namespace vedette::drift {
namespace {

namespace acc = boost::accumulators;
using Mean = acc::accumulator_set<double, acc::stats<acc::tag::mean, acc::tag::count>>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMaxTail = 40;
constexpr std::size_t kTailBlocks = 40;
constexpr int kBurstLevels = 2;
constexpr double kStill = 2.3;  ///< Unrest of a column below which it is still: one test in a hundred errs.
/// Rows that depend on each other move a quarter of the columns or more; then the others count as
/// still below this only, and keep an allowance. Below it, a rhythm that explains more is chance, too.
constexpr double kSurelyStill = 1;
constexpr double kRestlessPart = 0.25;
constexpr std::size_t kLiftedFrom = 8;  ///< Columns of a scope from which on tails are lifted.

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double upper_quartile(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double at = 0.75 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

/// The column's windows of one level, each against the rest of the baseline.
std::array<std::vector<Distance>, kViews> distances(const ColumnBaseline& column, Season season, int level,
                                                    bool numeric) {
  std::array<std::vector<Distance>, kViews> result;
  const std::int64_t window = window_panes(level);
  for (const std::int64_t start : block_starts(column.panes(), window)) {
    const ColumnBaseline::Block block = column.block(season, start, start + window);
    if (block.n < kMinEvents || block.expected.n0 <= 0) continue;
    for (const View view : kAllViews)
      result[index_of(view)].push_back(distance(seen(view, block.observed, numeric),
                                                seen(view, block.expected.share, numeric), block.n,
                                                block.expected.n0));
  }
  return result;
}

Wander wander_of(const std::vector<Distance>& windows, int level) {
  Wander result;
  if (windows.size() < 4) return result;
  Mean excess;
  std::vector<double> spread;
  std::vector<double> a;
  for (const Distance& x : windows) {
    excess(x.d - x.m);
    spread.push_back(std::sqrt(x.mc) * x.a);
    a.push_back(x.a);
  }
  result.known = true;
  result.tau = std::max(0.0, acc::mean(excess));
  result.se = median(spread) * std::sqrt(2 / static_cast<double>(windows.size()));
  if (windows.size() < kTailBlocks) return result;
  const double scale = std::sqrt(median(a) / 2 + result.tau + result.se);
  std::vector<double> deviates;
  for (const Distance& x : windows) deviates.push_back((std::sqrt(x.d) - std::sqrt(x.m)) / scale);
  // Bursts of single clients live in the shorter windows and decay like an exponential.
  result.tail = fit_tail(std::move(deviates), level <= kBurstLevels ? 1.0 : 1.5);
  return result;
}

struct ColumnWander {
  double unrest = kInfinity;  ///< Of columns without rhythm that are not known to be restless.
  std::array<std::vector<Wander>, kViews> views;
  const std::vector<Wander>& operator[](std::size_t view) const { return views[view]; }
};

ColumnWander wander_of(const ColumnBaseline& column, Season season, int levels, bool numeric) {
  ColumnWander result;
  for (int level = 0; level < levels; ++level) {
    const auto windows = distances(column, season, level, numeric);
    for (std::size_t view = 0; view < kViews; ++view)
      result.views[view].push_back(wander_of(windows[view], level));
  }
  for (std::size_t view = 0; view < kViews; ++view)
    set_effective_blocks(result.views[view], static_cast<double>(column.panes()));
  return result;
}

/// Deviates of each column's tails at `alpha`; columns of a scope share clients, so
/// in larger scopes each is lifted to the upper quartile.
std::vector<std::vector<double>> tails_at(const std::vector<ColumnWander>& columns, std::size_t view,
                                          std::size_t levels, double alpha) {
  std::vector<std::vector<double>> tails(columns.size(), std::vector<double>(levels));
  for (std::size_t level = 0; level < levels; ++level) {
    std::vector<double> all;
    for (std::size_t c = 0; c < columns.size(); ++c)
      all.push_back(tails[c][level] = columns[c][view][level].tail.deviate(alpha));
    if (columns.size() < kLiftedFrom) continue;
    const double least = upper_quartile(all);
    for (auto& tail : tails) tail[level] = std::max(tail[level], least);
  }
  return tails;
}

/// Marks the columns that are still. Answers whether the rows depend on each other.
bool mark_still(const std::vector<ColumnWander>& columns, BaselineModel& model) {
  const auto restless = std::count_if(columns.begin(), columns.end(),
                                      [](const ColumnWander& column) { return column.unrest > kStill; });
  const bool dependent =
      static_cast<double>(restless) > std::max(1.0, kRestlessPart * static_cast<double>(columns.size()));
  const double limit = dependent ? kSurelyStill : kStill;
  for (std::size_t c = 0; c < columns.size(); ++c) model.columns[c].still = columns[c].unrest <= limit;
  return dependent;
}

/// How exactly the baseline's windows show that a mean wanders no more than chance: the least of
/// the levels up to `level`.
double hidden_wander(const BaselineModel& model, int level) {
  double least = kInfinity;
  for (int l = 0; l <= level; ++l) {
    const double windows =
        static_cast<double>(model.span / model.pane) / static_cast<double>(window_panes(l));
    least =
        std::min(least, std::sqrt(2 / windows) / std::max(1.0, model.median_n[static_cast<std::size_t>(l)]));
  }
  return least;
}

void set_allowances(const std::vector<ColumnWander>& columns, const Budget& budget, BaselineModel& model) {
  const bool dependent = mark_still(columns, model);
  for (int level = 0; level < model.levels; ++level) {
    const double alpha = alpha_of(level, level_count(model.span / model.pane),
                                  budget.tests / budget.alerts_per_week, model.pane);
    const std::size_t count = static_cast<std::size_t>(level) + 1;
    model.z.push_back(normal_deviate(alpha));
    for (std::size_t view = 0; view < kViews; ++view) {
      const auto tails = tails_at(columns, view, count, alpha);
      const auto allowance_of = [&](std::size_t c) {
        if (view >= budget.views) return kInfinity;
        if (model.columns[c].still)
          return dependent ? model.z.back() * model.z.back() * hidden_wander(model, level) : 0.0;
        if (level >= model.levels - kStillLevels) return kInfinity;  // Too few to tell how far they wander.
        return allowance({columns[c][view].data(), count}, tails[c], alpha);
      };
      for (std::size_t c = 0; c < columns.size(); ++c)
        model.columns[c].allowance[view].push_back(allowance_of(c));
    }
  }
}

void set_median_events(const BaselinePanes& panes, BaselineModel& model) {
  std::vector<double> before{0};
  for (const std::uint32_t n : panes.n) before.push_back(before.back() + n);
  for (int level = 0; level < model.levels; ++level) {
    std::vector<double> events;
    for (const std::int64_t start : block_starts(panes.size(), window_panes(level)))
      events.push_back(before[static_cast<std::size_t>(start + window_panes(level))] -
                       before[static_cast<std::size_t>(start)]);
    model.median_n.push_back(median(events));
  }
}

}  // namespace

double Tail::deviate(double alpha) const {
  if (blocks <= 0) return 0;
  const double beyond = start + excess * std::max(0.0, std::log(largest / (blocks * alpha)));
  return std::min(kMaxTail, std::pow(beyond, 1 / power));
}

Tail fit_tail(std::vector<double> deviates, double power) {
  Tail tail;
  if (deviates.size() < kTailBlocks) return tail;
  for (double& u : deviates) u = std::pow(std::max(0.0, u), power);
  std::sort(deviates.begin(), deviates.end(), std::greater<>());
  const std::size_t k = std::max<std::size_t>(8, deviates.size() * 3 / 100);
  tail.blocks = static_cast<double>(deviates.size());
  tail.largest = static_cast<double>(k);
  tail.power = power;
  tail.start = deviates[k];
  Mean excess;
  for (std::size_t i = 0; i < k; ++i) excess(deviates[i] - tail.start);
  tail.excess = acc::mean(excess) * (1 + 1 / std::sqrt(tail.largest));
  return tail;
}

void set_effective_blocks(std::span<Wander> levels, double panes) {
  for (std::size_t l = 0; l < levels.size(); ++l) {
    if (!levels[l].known) continue;
    const double own = levels[l].tau + levels[l].se;
    double length = static_cast<double>(window_panes(static_cast<int>(l)));
    for (std::size_t k = l; k < levels.size() && own > 0; ++k)
      if (levels[k].known)
        length = std::max(length, static_cast<double>(window_panes(static_cast<int>(k))) *
                                      (levels[k].tau + levels[k].se) / own);
    levels[l].blocks = std::max(2.0, panes / length);
  }
}

double alpha_of(int level, int levels, double tests_per_budget, Duration pane) {
  const double looks =
      static_cast<double>(kWeek.count()) / static_cast<double>(pane.count() * block_panes(level));
  return 1 / (tests_per_budget * levels * looks);
}

double allowance(std::span<const Wander> levels, std::span<const double> tails, double alpha) {
  const double z = normal_deviate(alpha);
  double least = kInfinity;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    const Wander& wander = levels[l];
    if (!wander.known) continue;
    const double t = std::min(student_deviate(alpha, wander.blocks - 1), 1.5 * z);
    const double kappa = std::max(t, tails[l]);
    const double floor = std::max(z, tails[l]);
    least = std::min(least, kappa * kappa * wander.tau * (1 + 2 / wander.blocks) + floor * floor * wander.se);
  }
  return least;
}

BaselineModel learn(const BaselinePanes& panes, const std::vector<ColumnFacts>& facts, const Budget& budget) {
  BaselineModel model;
  model.pane = panes.pane;
  model.span = panes.size() * panes.pane;
  for (const std::uint32_t n : panes.n) model.events += n;
  // Those for columns that are still come on top of their budget, so that they do not make the others
  // stricter.
  model.levels = level_count(panes.size());
  if (model.levels > 0) model.levels += kStillLevels;
  set_median_events(panes, model);
  std::vector<ColumnWander> wanders;
  for (std::size_t c = 0; c < panes.columns; ++c) {
    const ColumnBaseline column(panes, c);
    const double flat_unrest = unrest(column, model.levels, facts[c].numeric);
    const Season season = flat_unrest <= kSurelyStill ? Season::flat : choose_season(column);
    model.columns.emplace_back().profile = column.profile(season);
    wanders.push_back(wander_of(column, season, model.levels, facts[c].numeric));
    if (season == Season::flat && !facts[c].restless) wanders.back().unrest = flat_unrest;
    if (model.levels <= 2 || !wanders.back()[0][2].known) continue;
    const double blocks = wanders.back()[0][2].blocks;
    model.effective_blocks = model.effective_blocks == 0 ? blocks : std::min(model.effective_blocks, blocks);
  }
  set_allowances(wanders, budget, model);
  return model;
}

void BaselineModel::encode(ByteWriter& out) const {
  out.i64(pane.count());
  out.i64(span.count());
  out.f64(events);
  out.f64(effective_blocks);
  out.u64(static_cast<std::uint64_t>(levels));
  for (const double value : z) out.f64(value);
  for (const double value : median_n) out.f64(value);
  out.u64(columns.size());
  for (const Column& column : columns) {
    column.profile.encode(out);
    out.flag(column.still);
    for (const auto& view : column.allowance)
      for (const double value : view) out.f64(value);
  }
}

BaselineModel BaselineModel::decode(ByteReader& in) {
  constexpr std::uint64_t kMaxLevels = 16;
  BaselineModel model;
  model.pane = Duration{std::max<std::int64_t>(1, in.i64())};
  model.span = Duration{in.i64()};
  model.events = in.f64();
  model.effective_blocks = in.f64();
  model.levels = static_cast<int>(std::min(in.u64(), kMaxLevels));
  for (int level = 0; level < model.levels; ++level) model.z.push_back(in.f64());
  for (int level = 0; level < model.levels; ++level) model.median_n.push_back(in.f64());
  const std::size_t count = in.count();
  for (std::size_t c = 0; c < count && in.ok(); ++c) {
    Column& column = model.columns.emplace_back();
    column.profile = SeasonProfile::decode(in);
    column.still = in.flag();
    for (auto& view : column.allowance)
      for (int level = 0; level < model.levels; ++level) view.push_back(in.f64());
  }
  return model;
}

}  // namespace vedette::drift
