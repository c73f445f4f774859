#pragma once

#include <vector>

#include "core/series_state.h"
#include "vedette/bytes.h"
#include "vedette/series.h"

namespace vedette::series {

/// How much memory of the clock and the calendar a series keeps.
enum class Depth : unsigned char { none, day, week };

/// How much of a pane is learned: while an alert is open, what is usual stays as it was before.
enum class Learning : unsigned char { all, recent };

/// What a series is, fixed for its life.
struct SeriesShape {
  Duration pane = kMinute;
  bool counts = false;  ///< Values are event counts; low ones are judged by the count law.
  bool paced = false;   ///< Values come at a pace of their own, a multiple of `pane`, which is learned.
};

/// One causal state per series: expects the next value from the recent ones and from
/// clock and calendar, says how odd the value was, and learns from it. O(1) per pane.
/// A value: copies are snapshots. About 1.1 KB, 2.3 KB with days, 4.9 KB with weeks.
class SeriesModel {
 public:
  explicit SeriesModel(SeriesShape shape, Depth depth = Depth::none);

  /// `value` NaN: the pane is missing. Panes come in order; left out ones are missing too.
  SeriesPoint step(Time pane_start, double value, Learning learning = Learning::all);
  /// Starts the tables of `depth`, empty, from here on; never shrinks.
  void grow(Depth depth);
  Depth depth() const;
  std::uint32_t values() const { return state_.n; }
  /// From one value to the next, as far as is known.
  Duration pace() const { return Duration{state_.pane}; }
  std::size_t bytes() const { return sizeof(*this) + tables_.capacity() * sizeof(float); }

  void save(ByteWriter& out) const;
  /// Damaged or from another version: refused, and this stays as it was.
  Status load(ByteReader& in);

 private:
  struct Forecast {
    float day, week;  ///< NaN: not known.
    std::array<float, kShortPredictors> brief;
    std::array<float, kLongPredictors> lasting;
    float expected, usual;
  };
  struct Windows {
    float short3, long3, long10, long30, long40, value10, value40;
  };
  Forecast forecast(Time at) const;
  void restart(float x);
  void follow_pace(std::int64_t gap);
  void set_pace(Duration pane);
  static float rows_of(Duration pane);
  void turn_hour(Time at);
  Windows slide(float x, const Forecast& f);
  std::array<float, kResiduals> deviations(float x, const Forecast& f, const Windows& w);
  /// Of its own scale: how far a residual is out; then learned.
  float strangeness(Residual which, float residual);
  float low_count(float x, float expected) const;
  void assess(float x, const Forecast& f, SeriesPoint& point);
  float novelty(const std::array<float, State::kStreams>& streams, float mean_z);
  float told_once(float incident);
  float tail(float score);
  void learn_recent(float x, const Forecast& f);
  void learn_usual(Time at, float x, const Forecast& f);
  void learn_spread(float x, const Forecast& f);

  SeriesShape shape_;
  float rows_ = 1;  ///< Constants were found on 5-minute panes; shorter ones count as so much of a row.
  State state_;
  std::vector<float> tables_;  ///< Day buckets, then week buckets; NaN = never seen.
};

}  // namespace vedette::series
