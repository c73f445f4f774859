#pragma once

#include <map>
#include <set>
#include <string>

#include "core/unusual_watch.h"
#include "vedette/unusual_output.h"

namespace vedette::unusual {

/// Learns what single events of each model version are like, and looks at how many are odd. One per
/// detector, used by the judge's thread. State keys: those of Watch. Damaged bytes are refused.
class UnusualJudge final : public Judge {
 public:
  UnusualJudge(const UnusualSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void sampled(Time end, Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;
  /// Of what is under watch: its head, how often, and what is odd.
  std::string baseline_of(std::string_view key) const override;
  Status adopt(const StoredKeys& keys, Time from, Verdicts& out) override;
  void forget(std::string_view model, Verdicts& out) override;

 private:
  struct Pending {
    std::string scope;
    Partial partial;
  };
  using Pane = std::map<NameHash, Pending>;

  void close_pane(Time end, Pane pane, Verdicts& out);
  Watch& watch_of(const std::string& scope, Verdicts& out);

  const Common common_;
  Rules rules_;
  std::map<Time, Pane> pending_;  ///< Merged, not closed yet, by end.
  std::map<std::string, Watch> watches_;
  std::set<std::string> touched_;  ///< To be saved.
};

}  // namespace vedette::unusual
