#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/drift_attribution.h"
#include "core/drift_partial.h"
#include "core/drift_step.h"
#include "core/drift_trail.h"
#include "vedette/baseline.h"
#include "vedette/drift.h"

namespace vedette::drift {

/// The judge's half of one scope: sampled until cells can be chosen, counted until the baseline is complete,
/// then watched. Owned by the judge; one thread. A step is one pane, however far the watermark jumps.
class ScopeJudge {
 public:
  enum class Stage : unsigned char { sampling, counting, armed, watching };
  /// Id of the profile that learns; the final one's is a hash of it, since others may take its place.
  static constexpr std::uint64_t kFineId = 1;
  static constexpr std::size_t kLiveRows = 4096;
  static constexpr std::size_t kRecordedRows = 65'536;

  ScopeJudge(std::string key, const ColumnSource& source, const DriftSettings& settings,
             const Common& common);
  const std::string& key() const { return key_; }
  const Entity& entity() const { return entity_; }
  Stage stage() const { return stage_; }
  Time seen() const { return seen_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t traffic() const { return traffic_; }                    ///< Events ever seen.
  bool judges() const { return stage_ == Stage::watching && !waits_; }  ///< By its own baseline or another's.
  bool waits() const { return waits_; }                                 ///< For approval.
  bool held() const { return settings_.trailing > 0 && trail_.held != kDawn; }  ///< Too far from its anchor.
  bool same_baseline(const ScopeJudge& other) const { return encode_record() == other.encode_record(); }
  bool stands_in() const { return is_stand_in(key_); }
  const std::string& baseline_version() const { return baseline_version_; }
  BaselineView view() const;
  /// Columns that are tested, or will be.
  std::size_t columns() const { return std::max(fine_.profile.specs.size(), final_.profile.specs.size()); }
  /// Adds the columns that more than chance moves in the baseline that is watched.
  void add_restless(std::set<std::string>& columns) const;

  Status merge(Time pane_end, PanePartial partial);
  /// End of the next pane to close; nothing: only more events will tell.
  std::optional<Time> due() const;
  /// Closes the pane that ends at `at`, live or from a recorded baseline.
  enum class Source : unsigned char { live, recorded };
  void step(Time at, Source source, StepContext& context);

  /// Recorded events were sampled: fixes the cells. Then counted, up to `end`: watches.
  void fix_cells(StepContext& context);
  void finish_baseline(Time end, StepContext& context);
  /// Watches from `from` on with a baseline that was learned elsewhere; kDawn: from where that ends.
  void resume(Time from, StepContext& context);
  /// Watches from about `at` on with the baseline of `elder`, another version of the same model.
  void stand_in(const ScopeJudge& elder, Time at, StepContext& context);
  /// The version has its own baseline now, or another takes this place: closes all alerts.
  void stand_down(Time at, StepContext& context);

  void save(Verdicts& out);  ///< Leaves what changed; `forget` erases everything.
  void erase(Verdicts& out);
  void forget(Verdicts& out);
  Status load(char part, std::string_view rest, std::string_view bytes);

 private:
  using Panes = std::vector<std::pair<Time, PanePartial>>;

  void sample_pane(Time at, PanePartial& pane, Source source, StepContext& context);
  Binning bin(const Sample& sample, Grain grain, const StepContext& context) const;
  void start_counting(Time at, StepContext& context);
  void count_pane(Time at, const PanePartial& pane, StepContext& context);
  void arm(Time at, StepContext& context);
  void activate(Time at, StepContext& context);
  void watch_pane(Time at, const PanePartial* pane, StepContext& context);
  void tell(const Transition& transition, Time at, StepContext& context);
  void trail(Time at, const PanePartial* pane, StepContext& context);
  void begin_next(Time at, StepContext& context);
  void judge_next(Time at, StepContext& context);
  void follow(const Panes& panes, const BaselinePanes& next, Time at, StepContext& context);
  void start_watch(BaselineModel model, Time start);
  void direct(const Profile& profile, Time effective, StepContext& context) const;
  Sample stored_sample(const Verdicts& out);
  Panes learned_panes(const Verdicts& out) const;
  BaselinePanes baseline_of(const Panes& panes, Time start, Time end) const;
  std::vector<std::uint32_t> final_cells(const PanePartial& pane) const;
  void cap_clients(Profile& profile, Duration span) const;
  void learn_clients(const Panes& panes);
  bool settled(const BaselinePanes& all, StepContext& context) const;
  Budget budget(const StepContext& context) const;
  std::vector<bool> numeric() const;
  std::vector<ColumnFacts> facts(const StepContext& context) const;
  AlertLife::Joins joins() const;
  std::string name(char part, std::string_view rest = {}) const;
  void put(char part, std::string_view rest, std::string_view bytes, Verdicts& out);
  void erase_all(char part, Verdicts& out);
  std::string encode_record() const;
  std::string encode_clock() const;
  bool load_record(ByteReader& in);
  bool load_clock(ByteReader& in);
  void keep_crowd(Time at, const PanePartial* pane);
  bool load_block(std::string_view rest, ByteReader& in);

  const ColumnSource& source_;
  const DriftSettings& settings_;
  const Common& common_;
  std::string key_;
  Entity entity_;
  Stage stage_ = Stage::sampling;
  Sample sample_;             ///< Of recorded events; live ones are in the store, only their columns here.
  std::uint64_t rows_ = 0;    ///< Sampled live.
  std::uint64_t events_ = 0;  ///< Of the baseline so far.
  std::uint64_t traffic_ = 0;
  Time first_ = kForever;  ///< Of the sample.
  Time last_ = kDawn;
  Time learn_start_{};
  Duration learn_for_;  ///< Grows if the baseline has not settled.
  Time armed_at_{};     ///< The final profile is in force from here.
  Time watch_start_{};
  Time closed_ = kDawn;  ///< End of the last pane closed under watch.
  Time seen_ = kDawn;    ///< End of the last pane with events.
  bool unsettled_ = false;
  bool waits_ = false;            ///< For approval; until then nothing is judged.
  std::string baseline_version_;  ///< Of a stand-in: whose baseline it is.
  Binning fine_;
  Binning final_;
  std::vector<std::uint32_t> cell_of_;
  ClientTraffic traffic_of_clients_;  ///< Makes the caps.
  BusyClients usual_clients_;         ///< Of the baseline.
  BusyClients recent_clients_;        ///< Of the last panes, faded.
  Crowd crowd_;                       ///< Whom the last panes' events came of.
  std::optional<Watch> watch_;
  Trail trail_;
  std::map<Time, PanePartial> pending_;
  std::uint32_t stored_ = 0;   ///< Parts of the state that may have keys, as bits: others need no look.
  bool record_dirty_ = false;  ///< Cells, baseline, stage.
  bool clock_dirty_ = false;   ///< What every pane moves.
  bool trail_dirty_ = false;
  std::vector<Time> dirty_crowds_;  ///< Panes of `crowd_` that came or went.
  std::uint64_t dirty_blocks_ = 0;  ///< As Bank::filled.
};

}  // namespace vedette::drift
