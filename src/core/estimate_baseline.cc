#include "core/estimate_baseline.h"

#include <algorithm>
#include <cmath>

#include "core/drift_quantiles.h"

namespace vedette::estimate {
namespace {

constexpr double kLeastWindows = 6;  ///< Of a baseline, to say how far such windows stray.
/// Shorter windows are not looked at, nor those below this part of a shorter baseline: one client that asks
/// odd questions for some minutes must not fill one.
constexpr Duration kShortest = kHour;
constexpr std::int64_t kShortestPart = 24;
/// Bounds how far the longest windows, of which the baseline has few, are distrusted.
constexpr double kMostOfNormal = 1.5;

Baseline::Level level_of(const Baseline& baseline, const Blocks& blocks, int level) {
  std::map<Time, Counts> windows;
  for (const auto& [start, counts] : blocks) {
    Counts& window = windows[floor_to(start, window_blocks(level) * baseline.block)];
    for (std::size_t i = 0; i < kBins; ++i) window[i] += counts[i];
  }
  std::erase_if(windows, [](const auto& window) { return total(window.second) < kLeastAnswers; });
  Baseline::Level result;
  const auto count = static_cast<double>(windows.size());
  if (count < kLeastWindows) return result;
  double squares = 0;
  double chance = 0;
  for (const auto& [start, window] : windows) {
    squares += std::pow(baseline.map.mean(window) - baseline.accuracy, 2);
    chance += baseline.variance / total(window) / count;
  }
  const double between = squares / (count - 1);
  result.windows = count;
  result.wander = std::max(0.0, between - chance);
  result.wander_se = between * std::sqrt(2 / (count - 1));
  return result;
}

}  // namespace

Baseline::Baseline(const Bins& of, Duration block_length) : bins(of), block(block_length), map(of) {
  double squares = 0;
  for (std::size_t i = 0; i < kBins; ++i) {
    const auto n = static_cast<double>(bins[i].predictions);
    events += n;
    accuracy += n * map.right[i];
    squares += n * map.right[i] * map.right[i];
  }
  if (events == 0) return;
  accuracy /= events;
  variance = std::max(0.0, squares / events - accuracy * accuracy);
}

std::optional<Baseline> learn(const Blocks& blocks, Duration block, const Bins& bins) {
  if (blocks.empty()) return std::nullopt;
  Baseline baseline(bins, block);
  baseline.from = blocks.begin()->first;
  baseline.to = blocks.rbegin()->first + block;
  const auto all = static_cast<double>((baseline.to - baseline.from) / block);
  const Duration shortest = std::min(kShortest, (baseline.to - baseline.from) / kShortestPart);
  bool known = false;
  for (int level = 0; level < kMostLevels; ++level) {
    if (static_cast<double>(window_blocks(level)) * kLeastWindows > all) break;
    const bool short_one = window_blocks(level) * block < shortest;
    baseline.levels.push_back(short_one ? Baseline::Level{} : level_of(baseline, blocks, level));
    known = known || baseline.levels.back().windows > 0;
  }
  if (!known) return std::nullopt;
  return baseline;
}

double deviate_of(const Baseline& baseline, int level, double budget) {
  const auto used = std::count_if(baseline.levels.begin(), baseline.levels.end(),
                                  [](const Baseline::Level& one) { return one.windows > 0; });
  const double looks = static_cast<double>(kWeek.count()) /
                       static_cast<double>((quarter_blocks(level) * baseline.block).count());
  return drift::normal_deviate(
      std::min(0.1, budget / (static_cast<double>(std::max<std::ptrdiff_t>(1, used)) * looks)));
}

double half_width(const Baseline& baseline, int level, const Counts& window, double budget) {
  const Baseline::Level& own = baseline.levels[static_cast<std::size_t>(level)];
  const double n = std::max(1.0, total(window));
  double map_error = 0;
  for (std::size_t i = 0; i < kBins;) {
    const std::size_t pool = baseline.map.pool[i];
    double moved = 0;
    for (; i < kBins && baseline.map.pool[i] == pool; ++i)
      moved += window[i] / n - static_cast<double>(baseline.bins[i].predictions) / baseline.events;
    map_error += moved * moved * baseline.map.variance[pool];
  }
  const double z = deviate_of(baseline, level, budget);
  const double alpha = drift::normal_tail(z);
  const double t = std::min(drift::student_deviate(alpha, own.windows - 1), kMostOfNormal * z);
  const double chance = baseline.variance * (1 / n + 1 / baseline.events) + map_error;
  return std::sqrt(z * z * (chance + own.wander_se) + t * t * own.wander * (1 + 2 / own.windows));
}

void Baseline::encode(ByteWriter& out) const {
  estimate::encode(bins, out);
  for (const std::int64_t ms : {block.count(), to_ms(from), to_ms(to)}) out.i64(ms);
  out.u64(levels.size());
  for (const Level& level : levels)
    for (const double number : {level.windows, level.wander, level.wander_se}) out.f64(number);
}

std::optional<Baseline> Baseline::decode(ByteReader& in) {
  Bins bins{};
  if (!decode_bins(in, bins)) return std::nullopt;
  const Duration block{in.i64()};
  if (block < Duration{1} || block > 90 * kDay) return std::nullopt;
  Baseline baseline(bins, block);
  for (Time* time : {&baseline.from, &baseline.to}) *time = std::clamp(from_ms(in.i64()), kDawn, kForever);
  baseline.levels.resize(std::min<std::size_t>(in.count(24), kMostLevels));
  for (Level& level : baseline.levels) {
    for (double* number : {&level.windows, &level.wander, &level.wander_se}) {
      *number = in.f64();
      if (!(*number >= 0 && *number < 1e12)) return std::nullopt;
    }
    if (level.windows > 0 && level.windows < kLeastWindows) return std::nullopt;
  }
  if (!in.ok() || baseline.events == 0) return std::nullopt;
  return baseline;
}

}  // namespace vedette::estimate
