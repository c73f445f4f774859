#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/drift_scope.h"

namespace vedette::drift {

/// A key of the state, taken apart.
struct StateKey {
  char part;
  std::string_view scope;
  std::string_view rest;
};
std::optional<StateKey> parse_key(std::string_view key);

/// Merges the partials of all partitions per scope and pane, and steps scopes through
/// their panes in order of (pane end, scope), so that findings come in that order
/// however the watermark moves. Owned by the pipeline; one thread. State keys begin
/// with a letter and the scope: a cells and baseline, b bank, c clock, p panes, s samples, t trail, w
/// witnesses; they must be loaded in order.
class DriftJudge final : public Judge {
 public:
  DriftJudge(const ColumnSource& source, const DriftSettings& settings, const Common& common,
             Explain tell = explain);

  Status load(std::string_view key, std::string_view bytes) override;
  Status merge(Time pane_end, std::string_view scope, std::string_view partial) override;
  void advance(Time watermark, Verdicts& out) override;
  void save(Verdicts& out) override;
  void sampled(Time end, Verdicts& out) override;
  void learned(Time end, Verdicts& out) override;
  std::vector<BaselineView> baselines() override;
  const BorrowedBaselines& borrowed() const override { return borrowed_; }
  /// Learned ones only: cells, baseline and clock of what is under watch.
  std::string baseline_of(std::string_view key) const override;
  Status adopt(const StoredKeys& keys, Time from, Verdicts& out) override;
  void forget(std::string_view model, Verdicts& out) override;

 private:
  enum class Phase : unsigned char { sampling, counting, live };
  using Due = std::pair<Time, std::string_view>;  ///< The key is the map's.
  /// The least leaves first when there is no room: invented models never get past
  /// sampling and have few events, so they push out each other.
  struct Rank {
    bool has_cells = false;
    Time seen{};  ///< In hours, so that the more events decide among those seen lately.
    std::uint64_t events = 0;
    std::string_view key;  ///< The map's.
    auto operator<=>(const Rank&) const = default;
  };
  struct Entry {
    explicit Entry(std::unique_ptr<ScopeJudge> judge) : scope(std::move(judge)) {}
    std::unique_ptr<ScopeJudge> scope;
    Time due = kForever;
    Rank rank;
    bool in_force = false;  ///< Its baseline; as told to `kin_`.
    bool waits = false;     ///< As counted in the tally.
    bool held = false;      ///< As counted in the tally.
  };

  /// Versions of a model, or of a segment of it, that have a baseline in force, and stand-ins of those
  /// that do not.
  struct Kin {
    std::set<std::string_view> elders;
    std::set<std::string_view> stand_ins;
  };

  Entry& entry_of(std::string_view scope);
  Entry& insert(std::unique_ptr<ScopeJudge> judge);
  std::unique_ptr<ScopeJudge> take_out(std::string_view scope);
  void make_room();
  static Rank rank_of(const ScopeJudge& scope, std::string_view key);
  /// The entry has changed: puts it where it belongs in `due_` and `ranks_`.
  void queue(Entry& entry);
  void step_until(Time watermark, Verdicts& out);
  void step_one(Entry& entry, Time at, ScopeJudge::Source source, StepContext& context);
  void enlist(Entry& entry);
  void strike_off(const Entry& entry);
  const ScopeJudge& newest_of(const Kin& kin) const;
  bool has_place(Kin& kin, Time at, StepContext& context);
  /// A version without a baseline in force is compared with another one's meanwhile.
  void find_stand_in(const ScopeJudge& scope, Time at, StepContext& context);
  void end_stand_in(std::string_view key, Time at, StepContext& context);
  /// The scope's own baseline is new: ends what stands in for it, and where it stands in itself.
  void end_stand_ins(const ScopeJudge& scope, Time at, StepContext& context);
  double tests_of(const std::string& model) const;
  double share_of(const Entity& segment) const;
  std::set<std::string> restless(const std::string& model) const;
  StepContext context(Verdicts& out);

  const ColumnSource& source_;
  const DriftSettings settings_;
  const Common common_;
  const Explain explain_;
  Phase phase_;
  std::map<std::string, Entry, std::less<>> scopes_;
  std::set<Due> due_;
  std::set<Rank> ranks_;
  std::map<std::string, Kin, std::less<>> kin_;         ///< By model and segment.
  BorrowedBaselines borrowed_;                          ///< By scopes that stand in.
  std::set<std::string, std::less<>> touched_;          ///< To be saved.
  std::vector<std::unique_ptr<ScopeJudge>> forgotten_;  ///< Evicted; their keys go with the next advance.
};

}  // namespace vedette::drift
