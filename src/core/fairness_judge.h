#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/fairness_watch.h"
#include "core/label_joins.h"

namespace vedette::fairness {

/// Compares what the groups of each model version get: from counts at once, and by labels, joined with their
/// answers, as they come. Owned by the pipeline; one thread. State keys begin with a letter: b blocks, s
/// heads of watches, m n p w the joins'; to be loaded in order. Damaged bytes are refused.
class FairnessJudge final : public Judge {
 public:
  FairnessJudge(const FairnessSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
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
  using Pane = std::map<std::string, GroupCounts>;  ///< By scope.

  void close_pane(Time end, Verdicts& out);
  /// The watch of a scope, with the pane begun.
  Watch& begin(const std::string& scope, Time end, Verdicts& out);
  void make_room(const std::string& scope, Verdicts& out);
  BaselineView view_of(const std::string& scope, const Watch& watch) const;

  const Common common_;
  Rules rules_;
  Tally joined_;  ///< The joins' own: they see a part of what is counted.
  labels::Joins joins_;
  std::map<Time, Pane> pending_;          ///< Not closed yet, by end.
  std::map<std::string, Watch> watches_;  ///< By scope.
  std::set<std::string> touched_;         ///< To be saved.
};

}  // namespace vedette::fairness
