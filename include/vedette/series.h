#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/detector.h"
#include "vedette/exact_sum.h"

namespace vedette {

/// What one pane of one series was, against what was expected of it. Not known: NaN.
struct SeriesPoint {
  double value = kUnknown;
  double expected = kUnknown;  ///< From the recent values, the clock and the calendar.
  double usual = kUnknown;     ///< Without the recent values: what it was before a change.
  double recent = kUnknown;    ///< Mean of the last ten values.
  double low = kUnknown;       ///< Band around `expected`.
  double high = kUnknown;
  double score = 0;     ///< How odd; stays high while the deviation lasts.
  double onset = 0;     ///< Something starts here.
  double incident = 0;  ///< Does what it has not done before; after one, silence.
  double novelty = 0;   ///< `incident` without the silence.
  double p_value = 1;   ///< Of `score` among this series' own. For display.
};

/// Sees each judged pane of each series. For back-tests; called by the judge's thread.
class SeriesTap {
 public:
  virtual ~SeriesTap() = default;
  virtual void point(const Entity& entity, std::string_view series, Time pane_start,
                     const SeriesPoint& point) = 0;
};

/// Whose series an event belongs to; it may belong to one of each kind. `metric`: of metric
/// samples, one series per name and labels.
enum class SeriesOf : unsigned char { model, tenant, principal, metric };

/// What one pane of one series holds; merges exactly.
struct SeriesCell {
  std::uint64_t count = 0;  ///< Of events, or of samples that are numbers.
  ExactSum sum;             ///< Of SeriesSource::sample.
  double mean() const { return count > 0 ? sum.value() / static_cast<double>(count) : kUnknown; }
};

/// Which events make up a series and what its value is. Immutable and owned by the
/// detector; observers of several threads call it.
class SeriesSource {
 public:
  virtual ~SeriesSource() = default;
  /// What is counted, for people and in alerts: `requests`.
  virtual std::string_view subject() const = 0;
  virtual std::vector<SeriesOf> kinds() const = 0;
  virtual bool counts(const Event& event) const = 0;
  /// Values are event counts: a pane without events is 0, low values are judged by the
  /// count law, and silence can be told. Else they are samples: a pane without any is
  /// missing, and each series' pace is learned from when its samples come.
  virtual bool is_count() const { return true; }
  /// The number that an event says, of samples; NaN: none.
  virtual double sample(const Event& /*event*/) const { return kUnknown; }
  /// Value of a pane that has events; NaN: too little to say.
  virtual double value(const SeriesCell& cell) const {
    return is_count() ? static_cast<double>(cell.count) : cell.mean();
  }
};

/// Settings of a series detector beside the common ones. Common::budget is this
/// detector's share per model and week.
struct SeriesSettings {
  double min_change = 2;      ///< Smallest factor worth an alert; of samples, by their size.
  double min_excess = 20;     ///< Smallest distance per pane worth an alert.
  std::int64_t warm_up = 60;  ///< Panes before a series is judged at all.
  std::int64_t silent_panes = 5;
  std::int64_t calm_panes = 10;
  bool principal_drops = false;
  void describe(Settings& table);
};

/// A detector of spikes, drops, ramps and silence: one series per model, tenant and
/// principal, each with a model of its own; at most Common::max_keys of a kind are
/// held, whatever keys are invented. Fails on settings only.
Result<std::unique_ptr<Detector>> make_series_detector(std::unique_ptr<SeriesSource> source,
                                                       const SeriesSettings& settings, const Common& common);

}  // namespace vedette
