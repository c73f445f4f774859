#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/detector.h"

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

/// Whose series an event belongs to; it may belong to one of each kind.
enum class SeriesOf : unsigned char { model, tenant, principal };

/// What one pane of one series holds: exact, mergeable integers.
struct SeriesCell {
  std::uint64_t count = 0;
  std::int64_t sum = 0;  ///< Of SeriesSource::amount.
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
  /// Added to SeriesCell::sum: a fixed-point number, so that sums are exact.
  virtual std::int64_t amount(const Event& /*event*/) const { return 0; }
  /// Value of a pane that has events; NaN: too little to say.
  virtual double value(const SeriesCell& cell) const { return static_cast<double>(cell.count); }
  /// Values are event counts: a pane without events is 0 (else it is missing), low
  /// values are judged by the count law, and silence can be told.
  virtual bool is_count() const { return true; }
};

/// Settings of a series detector beside the common ones. Common::budget is this
/// detector's share per model and week.
struct SeriesSettings {
  double min_change = 2;      ///< Smallest factor worth an alert.
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
