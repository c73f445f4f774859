#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vedette/detector.h"

namespace vedette {

/// Which values of an inference event a drift detector watches, and what it makes of
/// them. Immutable and owned by the detector; observers of several threads call it.
/// Columns are known by name; values of the same name are the same column.
class ColumnSource {
 public:
  struct Use {
    std::string column;    ///< Watched under this name; empty = not watched.
    bool derives = false;  ///< Input of `derive`.
  };
  virtual ~ColumnSource() = default;
  /// Asked once per field and dictionary epoch, not per event.
  virtual Use use_of(const Field& field) const = 0;
  /// Names of the columns that `derive` makes.
  virtual std::vector<std::string> derived() const { return {}; }
  /// Once per event: `inputs` are its values that derive, `out` has a place for each
  /// derived column; what is left null counts as null.
  virtual void derive(std::span<const Value> /*inputs*/, std::span<Value> /*out*/) const {}
};

/// Settings of a drift detector beside the common ones. Common::budget is this
/// detector's share per model and week.
struct DriftSettings {
  double min_effect = 0.02;       ///< Smallest shift worth an alert, PSI-like.
  Duration learn_for = 7 * kDay;  ///< Live events that make a baseline.
  void describe(Settings& table);
};

/// A detector of changed distributions: histograms per model version over panes that
/// fit its traffic, compared with a baseline whose own restlessness was measured.
/// Learns live, or from recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_drift_detector(std::unique_ptr<ColumnSource> source,
                                                      const DriftSettings& settings, const Common& common);

}  // namespace vedette
