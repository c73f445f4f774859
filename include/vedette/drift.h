#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/detector.h"

namespace vedette {

/// What is made of the numbers of a scope once its first events were sampled: `relations`,
/// what each says beyond others that tell it, what outcomes say beyond all the others, and
/// how unusual all are together; `axes`, principal axes and what they leave. The columns
/// themselves are not watched then.
enum class Projects : unsigned char { nothing, relations, axes };

/// Names of columns that are outcomes of the others end so.
inline constexpr std::string_view kOutcome = " given features";

/// Which values of an inference event a drift detector watches, and what it makes of
/// them. Immutable and owned by the detector; observers of several threads call it.
/// Columns are known by name; values of the same name are the same column.
class ColumnSource {
 public:
  struct Use {
    std::string column;    ///< Watched under this name; empty = not watched.
    bool derives = false;  ///< Input of `derive`.
  };
  /// One value of an event that derives.
  struct Input {
    Value value;
    const Field* field = nullptr;
    std::string_view text;  ///< Of a word.
    std::span<const float> vector;
  };
  virtual ~ColumnSource() = default;
  /// Asked once per field and dictionary epoch, not per event.
  virtual Use use_of(const Field& field) const = 0;
  /// Names of the columns that `derive` makes.
  virtual std::vector<std::string> derived() const { return {}; }
  /// Once per event: `inputs` are its values that derive, `out` has a place for each
  /// derived column; what is left null counts as null.
  virtual void derive(const Event& /*event*/, std::span<const Input> /*inputs*/,
                      std::span<Value> /*out*/) const {}
  virtual Projects projects() const { return Projects::nothing; }
  /// Whether columns are numeric however few values they have.
  virtual bool always_numeric() const { return false; }
  /// Whether an event holds anything for it; asked only where there is no profile yet, and then
  /// others are not looked at.
  virtual bool reads(const Batch& /*batch*/, const Event& /*event*/) const { return true; }
  /// Whether columns are about who asks: then no client's part of a pane is bounded, and the
  /// busiest ones are named.
  virtual bool of_clients() const { return false; }
  /// Whether nulls, new values and outliers are also judged apart from ordinary ones.
  virtual bool specials() const { return true; }
  /// Whether scopes are the segments of a model version, instead of all its events.
  virtual bool segmented() const { return false; }
};

/// For Projects::relations: features under their names, outputs but texts as outcomes.
ColumnSource::Use use_in_relations(const Field& field);

/// Settings of a drift detector beside the common ones. Common::budget is this
/// detector's share per model and week.
struct DriftSettings {
  double min_effect = 0.02;       ///< Smallest shift worth an alert, PSI-like.
  Duration learn_for = 7 * kDay;  ///< Live events that make a baseline.
  bool fallback = true;           ///< Meanwhile compares with another version's.
  double trailing = 0;            ///< Distance from the anchor up to which baselines follow; 0: none does.
  void describe(Settings& table);
};

/// A detector of changed distributions: histograms per model version over panes that
/// fit its traffic, compared with a baseline whose own restlessness was measured.
/// Learns live, or from recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_drift_detector(std::unique_ptr<ColumnSource> source,
                                                      const DriftSettings& settings, const Common& common);

/// Parameters of a drift detector of one kind of columns, for `plan_of`.
template <class Source>
struct DriftParams {
  DriftSettings drift;
  void describe(Settings& table) { drift.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_drift_detector(std::make_unique<Source>(), drift, common);
  }
};

}  // namespace vedette
