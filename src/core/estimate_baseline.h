#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/estimate_map.h"
#include "vedette/bytes.h"
#include "vedette/time.h"

namespace vedette::estimate {

/// Answers by the start of their block; blocks without any are absent.
using Blocks = std::map<Time, Counts>;

/// Windows of a level have four quarters, of 2^level blocks each.
inline constexpr int kQuarters = 4;
inline constexpr int kMostLevels = 8;
constexpr std::int64_t quarter_blocks(int level) { return std::int64_t{1} << level; }
constexpr std::int64_t window_blocks(int level) { return kQuarters * quarter_blocks(level); }
/// Answers without which a window says nothing.
inline constexpr double kLeastAnswers = 60;

/// What is known of one model version: how sure it is, how often right, and how far windows of each
/// length strayed from that. Integers in, so the same events give the same baseline.
struct Baseline {
  struct Level {
    double windows = 0;    ///< Of the baseline; 0: too few, the level is not looked at.
    double wander = 0;     ///< Variance between windows beyond that of chance,
    double wander_se = 0;  ///< and its standard error.
  };
  Baseline(const Bins& bins, Duration block);

  Bins bins;
  Duration block{};
  Time from{};
  Time to{};
  std::vector<Level> levels;
  // What follows is made of `bins`.
  CalibrationMap map;
  double events = 0;
  double accuracy = 0;  ///< Estimated.
  double variance = 0;  ///< Of one answer's probability of being right.

  void encode(ByteWriter& out) const;
  static std::optional<Baseline> decode(ByteReader& in);
};

/// Nothing where blocks are too few for any window length.
std::optional<Baseline> learn(const Blocks& blocks, Duration block, const Bins& bins);

/// Half the width of the interval around the estimate of a window, against the baseline's: sampling of
/// both, the baseline's own wander and the calibration map, each at the level's part of the budget.
double half_width(const Baseline& baseline, int level, const Counts& window, double budget);
/// Normal deviate of that part: false alerts per week, over levels and looks.
double deviate_of(const Baseline& baseline, int level, double budget);

}  // namespace vedette::estimate
