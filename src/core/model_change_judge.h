#pragma once

#include <map>
#include <set>
#include <string>

#include "core/model_change_explain.h"
#include "vedette/model_change.h"

namespace vedette::model_change {

/// Compares what models answered in each pane with what is known of them. One per detector, used by
/// the judge's thread. What is stored: the state of each model under `m` and its name, as of the
/// last pane that it was in. Damaged bytes are refused.
class ChangeJudge final : public Judge {
 public:
  ChangeJudge(const ModelChangeSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;

 private:
  struct Pending {
    std::string model;
    Seen seen;
  };
  using Pane = std::map<NameHash, Pending>;

  void close_pane(Time end, const Pane& pane, Verdicts& out);
  void make_room();
  bool learning(const ModelState& state) const;

  const Common common_;
  Rules rules_;
  std::map<Time, Pane> pending_;  ///< Merged, not closed yet, by end.
  std::map<std::string, ModelState> models_;
  std::set<std::string> touched_;  ///< To be saved, or erased if there is no such model.
};

}  // namespace vedette::model_change
