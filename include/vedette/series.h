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
  double incident = 0;  ///< Does what it has not done before; after one, silence. None in the first day.
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
/// samples, one series per name and labels; of other events, one per kind and model or tenant.
enum class SeriesOf : unsigned char { model, tenant, principal, metric };

/// What values are: by which law they are judged, and what a pane without events means.
enum class SeriesLaw : unsigned char {
  count,   ///< Of events. None is 0; negative-binomial tail; silence can be told.
  amount,  ///< Sum over events, never negative. None is 0; gamma tail.
  share,   ///< Part of the events. None is missing; binomial tail.
  level,   ///< A sample or quantile. None is missing; normal tail, distances in standard deviations.
};

/// What one pane of one series holds; merges exactly.
struct SeriesCell {
  std::uint64_t count = 0;          ///< Of events, or of samples that are numbers.
  ExactSum sum;                     ///< Of SeriesSource::sample.
  std::vector<std::uint32_t> bins;  ///< By SeriesSource::bin; empty: none.
  void add(const SeriesCell& other);
  double mean() const { return count > 0 ? sum.value() / static_cast<double>(count) : kUnknown; }
};

/// One of the series that are formed of each key's cells.
struct SeriesStatistic {
  std::string name;  ///< For people, in alerts and file names: `p95 latency`.
  std::string unit;  ///< Behind a value: `ms`; empty: none.
};

/// Which events make up a series and what its value is. Immutable and owned by the
/// detector; observers of several threads call it.
class SeriesSource {
 public:
  static constexpr std::size_t kNoBin = ~std::size_t{0};

  virtual ~SeriesSource() = default;
  virtual std::vector<SeriesOf> kinds() const = 0;
  virtual std::vector<SeriesStatistic> statistics() const = 0;
  virtual SeriesLaw law() const = 0;
  virtual bool counts(const Event& event) const = 0;
  /// Value of a pane that has events; NaN: too little to say.
  virtual double value(const SeriesCell& cell, std::size_t statistic) const = 0;
  /// The number that an event says; NaN: none, and the event is not counted.
  virtual double sample(const Event& /*event*/) const { return 0; }
  virtual std::size_t bins() const { return 0; }
  /// Which bin the event counts in.
  virtual std::size_t bin(const Event& /*event*/) const { return kNoBin; }
  /// Largest part of what made the value that one client can have had; NaN: not known.
  virtual double largest_client(const SeriesCell& /*cell*/) const { return kUnknown; }
  /// Name of the one alert that the statistics of a key share; empty: each has its own.
  virtual std::string_view together() const { return {}; }
  /// Whether series get a SeriesModel; without, only silence is told well, for a tenth of the memory.
  virtual bool modelled() const { return true; }
  /// Whether falls and silence are told too.
  virtual bool falls() const { return true; }
  /// Whether a series' values only add up, so that their growth is what counts.
  virtual bool cumulative(std::string_view /*series*/) const { return false; }
};

/// Settings of a series detector beside the common ones. Common::budget is this
/// detector's share per model and week.
struct SeriesSettings {
  double min_change = 2;      ///< Smallest factor worth an alert; of levels, by their size.
  double min_excess = 20;     ///< Smallest distance worth an alert: in the value's unit, of shares in events.
  std::int64_t warm_up = 60;  ///< Panes before a series is judged at all.
  std::int64_t silent_panes = 5;
  std::int64_t calm_panes = 10;
  bool principal_drops = false;
  bool principals = false;  ///< Whether clients have series too; `request_rate` always gives them some.
  bool notices = false;     ///< Whether onsets are told too, one severity lower.
  /// What all series detectors have; `excess` says in which unit `min_excess` is.
  void describe(Settings& table, std::string_view excess);
  void describe_principals(Settings& table);
};

/// Kinds of key of what requests say.
std::vector<SeriesOf> requesters(bool principals);

/// A detector of spikes, falls, ramps and silence: one series per key and statistic, each
/// with a model of its own; at most Common::max_keys keys of a kind are held, whatever
/// names are invented. What happens to many keys at once is one finding about the fleet.
/// Fails on settings only.
Result<std::unique_ptr<Detector>> make_series_detector(std::unique_ptr<SeriesSource> source,
                                                       const SeriesSettings& settings, const Common& common);

}  // namespace vedette
