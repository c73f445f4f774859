#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/series_fleet.h"

namespace vedette::series {

/// Steps every live series once per pane and makes findings of what they say. One per
/// detector, used by the judge's thread. What is stored: all series at every 64th pane,
/// the counts of each pane since, and how far it has come; a restart replays them.
/// Damaged bytes are refused and leave the judge as it was.
class SeriesJudge final : public Judge {
 public:
  SeriesJudge(const SeriesSource& source, const SeriesSettings& settings, const Common& common);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void tap(SeriesTap* tap) override { tap_ = tap; }
  std::vector<BaselineView> baselines() override;

 private:
  using Counted = std::vector<PaneCounts>;  ///< One per fleet.

  Fleet* fleet_of(std::string_view scope);
  Counted& pending(Time pane_end);
  void replay();
  void run_to(Time pane_end, Verdicts* out);
  void judge_pane(Time pane_end, Counted counts, Verdicts* out);
  void log(Time pane_end, const Counted& counts, Verdicts& out);
  void snapshot(Time pane_end, Verdicts& out);
  void watch(Time pane_end, Verdicts* out);
  Finding finding(const Fleet& fleet, std::uint64_t key, const Live& live, const Assessment& a) const;
  BaselineView view_of(const Fleet& fleet, std::uint64_t key, const Live& live) const;
  Entity entity_of(const Fleet& fleet, std::uint64_t key, const Live& live) const;

  const SeriesSource& source_;
  SeriesSettings settings_;
  Common common_;
  std::vector<Fleet> fleets_;
  std::map<Time, Counted> pending_;  ///< By pane end: merged, not judged.
  std::map<Time, Counted> logged_;   ///< Loaded, not replayed.
  std::vector<Time> logs_;           ///< Panes stored since the last snapshot.
  Time judged_ = kDawn;              ///< End of the last pane that was judged.
  Time stored_ = kDawn;              ///< `judged_` as loaded.
  Time saved_ = kDawn;               ///< `judged_` as last saved.
  Time last_counted_ = kDawn;        ///< End of the last pane that had any event.
  SeriesTap* tap_ = nullptr;
};

}  // namespace vedette::series
