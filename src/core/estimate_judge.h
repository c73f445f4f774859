#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/estimate_watch.h"
#include "core/label_joins.h"
#include "vedette/performance_estimate.h"

namespace vedette::estimate {

/// Estimates how often the answers of each model version are right from how sure it is of them, and has
/// labels, joined with their predictions, calibrate that. Owned by the pipeline; one thread. State keys
/// begin with a letter: b blocks, s heads of watches, m n p w the joins'; to be loaded in order.
class EstimateJudge final : public Judge {
 public:
  EstimateJudge(const PerformanceEstimateSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override {
    return joins_.merge(pane_end, scope, partial);
  }
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;
  /// The heads of watches that have one.
  std::string baseline_of(std::string_view key) const override;
  Status adopt(const StoredKeys& keys, Time from, Verdicts& out) override;
  void forget(std::string_view model, Verdicts& out) override;

 private:
  class Reader;

  Watch& watch_of(const std::string& scope, Verdicts& out);

  const Common common_;
  Rules rules_;
  labels::Joins joins_;
  std::map<std::string, Watch> watches_;  ///< By scope.
  std::set<std::string> touched_;         ///< To be saved.
};

}  // namespace vedette::estimate
