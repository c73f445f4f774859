#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/detector_set.h"
#include "pipeline/alert_stage.h"

namespace vedette::bench {

/// Both halves of one detector and what becomes of its findings, over one partition and without a store.
/// A baseline is learned as a recorded one: `observe` all of it, `sampled`, again, `learned`.
class DetectorRun final : public Partials, public Verdicts {
 public:
  explicit DetectorRun(const BuiltDetector& built);

  /// Events in order of time. The judge keeps up with them.
  void observe(const Batch& batch);
  void sampled(Time end);
  void learned(Time end);
  /// Opened since `learned`.
  const std::vector<Alert>& alerts() const { return alerts_; }

  void put(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void find(Time ripe, const Finding& finding) override;
  void put(std::string_view key, std::string_view bytes) override;
  std::string get(std::string_view key) const override;
  StoredKeys range(std::string_view from, std::string_view to) const override;
  void find(Time ripe, Finding finding) override;
  void direct(Directive directive) override { directives_.push_back(std::move(directive)); }

 private:
  enum class Phase : unsigned char { sampling, counting, watching };

  void judge(Time watermark);
  void take(Time ripe, Finding finding);
  void restart();

  const BuiltDetector& built_;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<Judge> judge_;
  AlertStage stage_{{}};
  Phase phase_ = Phase::sampling;
  std::map<std::pair<Time, std::string>, std::vector<std::string>> partials_;
  std::map<std::string, std::string, std::less<>> state_;
  std::vector<Directive> directives_;
  std::vector<Alert> alerts_;
};

}  // namespace vedette::bench
