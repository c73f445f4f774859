#pragma once

#include <map>
#include <set>
#include <string>

#include "core/quality_model.h"
#include "vedette/quality.h"

namespace vedette::quality {

/// Compares the sampled rows of each pane with what is normal for their fields. One per detector, used by
/// the judge's thread. What is stored: what is known of each model under `m` and its name, and each
/// pane of rows that are not learned yet under `r`, its name and its end. Damaged bytes are refused.
class QualityJudge final : public Judge {
 public:
  QualityJudge(const QualitySettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void sampled(Time end, Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;

 private:
  struct Pending {
    std::string model;
    Sample sample{0};
  };
  using Pane = std::map<NameHash, Pending>;

  Status load_pane(std::string_view key, std::string_view bytes);
  void close_pane(Time end, Pane pane, Verdicts& out);
  void make_room();
  void drop(const std::string& name);
  std::size_t rows_of_pane() const;

  const Common common_;
  const std::size_t live_rows_;
  Rules rules_;
  bool idle_ = false;             ///< A first pass over recorded events, which this detector does not need.
  std::map<Time, Pane> pending_;  ///< Merged, not closed yet, by end.
  std::map<std::string, ModelState> models_;
  std::set<std::string> touched_;                 ///< To be saved, or erased if there is no such model.
  std::set<std::pair<std::string, Time>> moved_;  ///< Panes to be saved, or erased if they are gone.
};

}  // namespace vedette::quality
