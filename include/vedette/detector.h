#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vedette/alert.h"
#include "vedette/baseline.h"
#include "vedette/batch.h"
#include "vedette/common.h"
#include "vedette/pane.h"
#include "vedette/settings.h"
#include "vedette/status.h"

namespace vedette {

/// What the judge decides at T governs events from T + kHorizon on; no observer runs further ahead.
inline constexpr Duration kHorizon = 10 * kMinute;

/// A decision of the judge that observers follow for panes that start at or after `effective`.
struct Directive {
  std::string scope;
  Time effective{};
  std::string bytes;
};

/// Where an observer leaves what has changed. `bytes` empty = forget the key.
class Partials {
 public:
  virtual ~Partials() = default;
  /// A sketch of `scope` in a pane, in place of all that was left before; kForever: state
  /// of a sequence, never shown to the judge.
  virtual void put(Time pane_end, std::string_view scope, std::string_view bytes) = 0;
  /// More of it, to be merged with what was left before.
  virtual void add(Time pane_end, std::string_view scope, std::string_view bytes) = 0;
  /// A finding of a sequence; goes to the alerts once the judge has passed `ripe`.
  virtual void find(Time ripe, const Finding& finding) = 0;
};

/// One detector's half in one partition, used by one worker at a time. No I/O, clock, randomness or lock.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(const Batch& batch, Rows rows) = 0;
  /// Leaves everything that changed since the last call, whole or as an addition.
  virtual void save(Partials& out) = 0;
  /// Takes back what `save` left, after a restart, in that order; damaged bytes are refused.
  virtual Status load(Time pane_end, std::string_view scope, std::string_view bytes) = 0;
  virtual void apply(const Directive& directive) = 0;
  /// The judge has judged all that was ripe at `watermark`: drop those panes.
  virtual void judged(Time watermark) = 0;
  const Tally& tally() const { return tally_; }

 protected:
  Tally tally_;
};

using StoredKeys = std::vector<std::pair<std::string, std::string>>;  ///< Of a judge, with bytes, in order.

/// Where a judge leaves what becomes durable together.
class Verdicts {
 public:
  virtual ~Verdicts() = default;
  virtual void put(std::string_view key, std::string_view bytes) = 0;  ///< Empty = erase.
  virtual std::string get(std::string_view key) const = 0;             ///< Empty = none.
  /// Own keys in [from, to), in order, this step's changes included.
  virtual StoredKeys range(std::string_view from, std::string_view to) const = 0;
  virtual void find(Time ripe, Finding finding) = 0;
  virtual void direct(Directive directive) = 0;  ///< Replaces the scope's last but one.
};

class SeriesTap;

/// The other half, on one thread: `merge` comes in order of (pane_end, scope, partition, as
/// left), then `advance`. Results must not depend on how watermarks are stepped.
class Judge {
 public:
  virtual ~Judge() = default;
  virtual Status load(std::string_view key, std::string_view bytes) = 0;
  virtual Status merge(Time pane_end, std::string_view scope, std::string_view partial) = 0;
  /// Judges, in order of time, every pane with end + lateness <= watermark.
  virtual void advance(Time watermark, Verdicts& out) = 0;
  /// Leaves all state that changed since the last call; ends each step of `advance`s.
  virtual void save(Verdicts& /*out*/) {}
  /// Recorded events were run through once (`sampled`) and once more (`learned`), the last at `end`.
  virtual void sampled(Time /*end*/, Verdicts& /*out*/) {}
  virtual void learned(Time /*end*/, Verdicts& /*out*/) {}
  virtual std::vector<BaselineView> baselines() { return {}; }  ///< May first finish what `load` began.
  /// The model whose baseline a key of the state is part of; empty: no part of any that can be moved.
  virtual std::string baseline_of(std::string_view /*key*/) const { return {}; }
  /// Takes such keys, learned by another judge, in place of what it has of their scopes, for panes
  /// that start at or after `from`; kDawn: as they were learned.
  virtual Status adopt(const StoredKeys& /*keys*/, Time /*from*/, Verdicts& /*out*/) { return {}; }
  virtual void forget(std::string_view /*model*/, Verdicts& /*out*/) {}  ///< Its baseline, to learn it anew.
  virtual void tap(SeriesTap* /*tap*/) {}  ///< Is shown every judged pane from now on; null: stop.
  const Tally& tally() const { return tally_; }
  virtual const BorrowedBaselines& borrowed() const { return kNoneBorrowed; }

 protected:
  Tally tally_;
};

/// Immutable; built from its Params. Makes its two halves.
struct Detector {
  virtual ~Detector() = default;
  virtual std::unique_ptr<Observer> observer() const = 0;
  virtual std::unique_ptr<Judge> judge() const = 0;
  /// Recorded baselines are run through once more beforehand, for `Judge::sampled`.
  virtual bool samples_first() const { return false; }
  virtual std::string idle() const { return {}; }  ///< Why it watches nothing; empty: it does watch.
};

/// Params of one detector, waiting for their values.
struct DetectorPlan {
  virtual ~DetectorPlan() = default;
  virtual std::unique_ptr<DetectorPlan> copy() const = 0;
  virtual void describe(Settings& table) = 0;
  virtual Result<std::unique_ptr<Detector>> build(const Common& common) const = 0;
};

/// What a file in detectors/ exports: `extern const DetectorKind <name>_kind;`
struct DetectorKind {
  std::string_view name;
  int version = 1;  ///< Part of alert ids; raised when a finding's meaning changes.
  std::string_view title;
  std::string_view detects, reads, state, blind_to, source;
  Technique technique;  ///< Empty where none applies.
  Side side = Side::neither;
  double weight = 1;  ///< Of its part of the budget, against the other detectors.
  Common defaults;
  std::unique_ptr<DetectorPlan> (*plan)();
};

/// DetectorPlan of a Params struct with `describe(Settings&)` and `build(const Common&) const`.
template <class Params>
std::unique_ptr<DetectorPlan> plan_of() {
  struct Plan final : DetectorPlan {
    Params params;
    std::unique_ptr<DetectorPlan> copy() const override { return std::make_unique<Plan>(*this); }
    void describe(Settings& table) override { params.describe(table); }
    Result<std::unique_ptr<Detector>> build(const Common& common) const override {
      return params.build(common);
    }
  };
  return std::make_unique<Plan>();
}

}  // namespace vedette
