#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/series_crowd.h"
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
  using Counted = std::vector<PaneCounts>;  ///< One per kind.
  /// What was said about one series in the pane at hand.
  struct Said {
    const Fleet* fleet = nullptr;
    std::uint64_t key = 0;
    const Live* live = nullptr;
    Assessment what;
  };
  /// All fleets of one kind of key, and whether many of its keys alert together.
  struct Kind {
    SeriesOf of{};
    std::vector<Fleet> fleets;  ///< One per statistic.
    Crowd crowd;
  };

  Result<PaneCounts> read_counts(std::string_view bytes) const;
  Kind* kind_of(std::string_view scope);
  Fleet* fleet_of(std::string_view name);
  Counted& pending(Time pane_end);
  void replay();
  void run_to(Time pane_end, Verdicts* out);
  void judge_pane(Time pane_end, Counted counts, Verdicts* out);
  void tell(Kind& kind, std::vector<Said> said, Verdicts* out);
  void tell_each(const Kind& kind, const std::vector<Said>& said, Verdicts& out) const;
  std::vector<Said> one_voice(const Kind& kind, const std::vector<Said>& said) const;
  std::vector<std::string> open_subjects(const Kind& kind, std::uint64_t key) const;
  void log(Time pane_end, const Counted& counts, Verdicts& out);
  void snapshot(Time pane_end, Verdicts& out);
  void watch(Time pane_end, Verdicts* out);
  Finding finding(const Said& said) const;
  Finding crowd_finding(const Kind& kind, const std::vector<Said>& raised) const;
  Finding crowd_over(const Kind& kind) const;
  BaselineView view_of(const Fleet& fleet, std::uint64_t key, const Live& live) const;
  Entity entity_of(const Fleet& fleet, std::uint64_t key, const Live& live) const;

  const SeriesSource& source_;
  SeriesSettings settings_;
  Common common_;
  const std::vector<SeriesStatistic> statistics_;
  std::vector<Kind> kinds_;
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
