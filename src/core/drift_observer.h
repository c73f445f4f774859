#pragma once

#include <array>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/drift_open_pane.h"
#include "vedette/drift.h"

namespace vedette::drift {

/// Counts the columns of inference events, row by row, into the cells of their scope's
/// profile; samples whole rows where there is none yet. One per (partition, detector),
/// used by one worker at a time; owned by it. Damaged partials are refused.
class DriftObserver final : public Observer {
 public:
  DriftObserver(const ColumnSource& source, const Common& common);
  ~DriftObserver() override;

  void observe(const Batch& batch, Rows rows) override;
  void save(Partials& out) override;
  Status load(Time pane_end, std::string_view scope, std::string_view bytes) override;
  void apply(const Directive& directive) override;
  void judged(Time watermark) override;

 private:
  struct Followed {
    Time effective = kDawn;
    std::unique_ptr<BoundProfile> bound;
  };
  struct alignas(64) Tracked {
    // What every event touches comes first.
    std::uint64_t seen = 0;  ///< When it was last seen, in events.
    OpenPane* current = nullptr;
    Tracked* stand_in = nullptr;  ///< Counts the same events for another version's baseline.
    bool stands_in = false;
    std::array<Followed, 2> followed;  ///< The older directive, the newer one.
    std::string key;
    std::vector<std::unique_ptr<OpenPane>> panes;
  };
  struct NameKey {
    Symbol model = 0;
    Symbol version = 0;
    Symbol tenant = 0;
    std::uint64_t segment = 0;  ///< Field and value, mixed; 0: none.
    bool operator==(const NameKey&) const = default;
  };
  struct Segment {
    FieldId field = 0;
    std::string_view text;  ///< Empty: the scope is all of the model version.
  };
  struct NameHash {
    std::size_t operator()(const NameKey& key) const;
  };

  void forget_ids(std::uint32_t epoch);
  void resolve(const Batch& batch, Rows rows);
  void resolve_segments(const Batch& batch, std::size_t row);
  /// Seen at once, so that no later row of the batch pushes its scope out.
  void take_row(std::size_t row, Tracked& tracked) {
    tracked.seen = ++clock_;
    rows_.push_back({row, &tracked});
    if (tracked.stand_in != nullptr) rows_.push_back({row, tracked.stand_in});
  }
  std::span<const Derives> segments_of(const Batch& batch, const Event& event);
  void prefetch(const Batch& batch, std::size_t at) const;
  Tracked* tracked_of(const Batch& batch, const Event& event, const NameKey& key, const Segment& segment);
  Tracked* track(std::string_view key);
  Tracked* find(const std::string& key) const;
  /// A stand-in follows a profile from now on, or none any more.
  void link(const std::string& stand_in);
  bool make_room();
  OpenPane* pane_of(Tracked& tracked, const Event& event);
  OpenPane& open(Tracked& tracked, BoundProfile* bound, Time start, Duration length);
  OpenPane& keep(Tracked& tracked, std::unique_ptr<OpenPane> pane);
  static BoundProfile* bound_at(Tracked& tracked, Time time);
  const ColumnSource::Use& use_of(const Batch& batch, FieldId field);
  Columns& columns_of(const Profile& profile);
  void forget_columns();
  const CountPlan& plan_of(Columns& columns, const Batch& batch, const Event& event);
  CountPlan make_plan(const Columns& columns, const Batch& batch, std::span<const FieldId> fields);
  void plan_projection(const Columns& columns, const Batch& batch, std::span<const FieldId> fields,
                       CountPlan& plan);
  void derive(const Batch& batch, const Event& event, std::span<const Derives> inputs);
  bool admit(OpenPane& pane, const Batch& batch, const Event& event);
  void note(OpenPane& pane, const Batch& batch, const Event& event);
  bool wants_witness(const OpenPane& pane, std::uint64_t rank) const;
  Witness make_witness(const Batch& batch, const Event& event, std::uint64_t rank);
  void sample(OpenPane& pane, const Batch& batch, const Event& event);
  void place_columns(OpenPane& pane, const SamplePlan& plan);
  const SamplePlan& sample_plan_of(const Batch& batch, const Event& event);
  SamplePlan make_sample_plan(const Batch& batch, std::span<const FieldId> fields);
  std::uint64_t rank_of(const Batch& batch, const Event& event);
  /// Capacity of a pane's sample.
  std::size_t sampled_rows() const;
  OpenPane& pane_for(Tracked& tracked, Time pane_end, const PanePartial& partial);

  const ColumnSource& source_;
  const Common common_;
  const std::vector<std::string> derived_names_;
  PaneGate gate_;
  std::uint32_t epoch_ = 0;
  std::uint64_t clock_ = 0;        ///< Events seen.
  std::uint64_t batch_start_ = 0;  ///< Whatever was seen later is in use.
  bool full_ = false;              ///< No room until a pane is dropped.
  std::unordered_map<std::string, std::unique_ptr<Tracked>> tracked_;
  std::unordered_map<NameKey, Tracked*, NameHash> by_name_;  ///< Null: not admitted.
  struct Recent {
    NameKey key;
    Tracked* tracked = nullptr;
  };
  using Closing = std::pair<Time, Tracked*>;
  /// Ends of open panes, the earliest first.
  std::priority_queue<Closing, std::vector<Closing>, std::greater<>> closing_;
  Recent* recent_at(std::uint64_t hash) { return &recent_[hash & (recent_.size() - 2)]; }
  std::vector<Recent> recent_;  ///< A cache in front of `by_name_`; two names share two places.
  std::unordered_map<FieldId, ColumnSource::Use> uses_;
  struct Row {
    std::size_t row = 0;
    Tracked* tracked = nullptr;
  };
  std::vector<Row> rows_;  ///< Of the batch at hand; one for each scope of an event.
  std::unordered_map<ShapeId, std::vector<Derives>> segments_;  ///< Where an event's segments are.
  std::vector<ColumnSource::Input> inputs_;
  std::vector<Value> derived_;
  std::unordered_map<std::string, std::unique_ptr<Columns>> columns_;  ///< By their key.
  std::size_t columns_most_ = 64;                                      ///< More: unused ones go.
  CountPlan scratch_plan_;
  std::unordered_map<ShapeId, SamplePlan> sample_plans_;
  SamplePlan scratch_sample_plan_;
};

}  // namespace vedette::drift
