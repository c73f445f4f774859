#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace vedette::series {

/// Rate of an exponential mean after `n` values: at first that of the plain mean.
inline float rate_after(std::uint32_t n, float rate) {
  const auto seen = static_cast<float>(n);
  return seen * rate < 1 ? 1 / seen : rate;  // The division is dear, and soon over.
}

/// Exponential mean that starts as the plain mean of what it has seen.
struct Average {
  float mean = 0;
  std::uint32_t n = 0;
  void add(float x, float rate) {
    ++n;
    mean += rate_after(n, rate) * (x - mean);
  }
};

/// Range of what a stream has done, creeping back to its mean; at first there is none.
struct Envelope {
  float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest(), mean = 0;
};

/// Residuals, each with a scale of its own.
enum Residual {
  kDayOffset,
  kShortMean3,
  kDayPlain,
  kLine5,
  kSpread,
  kLongMean10,
  kShortNow,
  kLongNow,
  kLongMean30,
  kResiduals
};
/// Running windows over the short residual, the long residual and the value.
enum RunningSum { kShort3, kLong3, kLong10, kLong30, kLong40, kValue10, kValue40, kSums };
enum ShortPredictor { kLevel, kDayFast, kWeekFast, kLine, kLast, kShortPredictors };
enum LongPredictor { kSlow, kDaySlow, kWeekSlow, kLongPredictors };

/// What a series remembers, its tables apart: plain data, a copy is a snapshot.
struct State {
  static constexpr std::size_t kStreams = 6, kRing = 40, kHours = 24, kBins = 80, kOnsets = 5, kGaps = 15;

  std::int64_t time = 0;             ///< Start of the last pane, milliseconds.
  std::int64_t pane = 0;             ///< Milliseconds from one value to the next.
  std::array<double, kSums> sums{};  ///< Doubles: running float sums drift.
  std::uint32_t n = 0;               ///< Values seen.
  std::uint32_t run = 0;             ///< Values since the short windows were restarted.
  std::uint32_t silence = 0;         ///< Rows for which no further incident is told.
  std::int32_t hour = -1;
  float hour_factor = 1;
  float last = 0, level = 0, slow = 0, line = 0, slope = 0;
  float incidents = 0;            ///< Decaying count.
  std::array<float, 4> offset{};  ///< Day fast, day slow, week fast, week slow.
  std::array<Average, kShortPredictors> short_error;
  std::array<Average, kLongPredictors> long_error;
  std::array<Average, kResiduals> square;  ///< Not clipped: see the notes on `strangeness`.
  Average spread_fast, spread_slow;
  Average excess, expected_square;          ///< For the dispersion of counts.
  std::array<Average, kHours> hour_square;  ///< Clipped.
  std::array<Envelope, kStreams> envelopes;
  std::array<float, kOnsets> onsets{};
  std::array<float, kRing> values{}, long_residuals{};
  std::array<float, 3> short_residuals{};
  std::array<std::uint32_t, kGaps> gaps{};  ///< Between the last values, in panes of the shape.
  std::array<std::uint16_t, kBins> bins{};  ///< Histogram of scores.
  std::uint32_t binned = 0;
};

}  // namespace vedette::series
