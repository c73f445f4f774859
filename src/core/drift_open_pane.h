#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/drift_noted_rows.h"
#include "core/drift_partial.h"
#include "core/drift_plan.h"
#include "vedette/detector.h"

namespace vedette::drift {

/// One pane of one scope while an observer counts it, or samples its rows. Owned by the
/// observer's scope.
class alignas(64) OpenPane {
 public:
  static constexpr std::size_t kHot = 256;  ///< Bytes that every event touches; they come first.

  Time start{};
  Time end{};
  BoundProfile* bound = nullptr;  ///< Null: sampled, or its profile is not known (yet).
  std::uint64_t n = 0;
  std::unique_ptr<Sample> sample;
  bool dirty = false;

 private:
  bool few_ = true;
  NotedRows noted_;                    ///< Part of `n`, but in no cell yet.
  std::uint32_t unfolded_ = 0;         ///< Events in `counts_`.
  std::vector<std::uint8_t> counts_;   ///< By cell, until one could overflow; empty: none.
  std::vector<std::uint32_t> folded_;  ///< What was folded or taken back; empty: none.
  std::vector<std::uint32_t> fresh_;   ///< Cells hit since the last save, while they are few.

 public:
  Witnesses witnesses;
  std::uint64_t profile = PanePartial::kNoProfile;
  Time first = kForever;
  Time last = kDawn;
  std::vector<Extent> extents;
  const SamplePlan* sample_plan = nullptr;  ///< That `columns` are of.
  std::vector<std::size_t> columns;         ///< In `sample`: of derived values, then of the plan's.
  BusyClients clients;                      ///< Counted where clients are watched.

  /// Cells that it was counted with, or 0.
  std::size_t cells() const { return std::max(folded_.size(), counts_.size()); }
  /// Fetches what the next event touches, its client in `bucket`.
  void prefetch(std::uint32_t bucket) const;
  /// Begins a row of values, to be counted with others of its plan.
  NotedRows& note(const CountPlan& plan);
  /// Counts what was noted.
  void settle();
  /// An event's hits follow; `cells` of the profile, or of ClientTraffic where rows are sampled.
  void begin_event(std::size_t cells);
  /// Hits so far of a cell.
  std::uint32_t held(std::size_t cell) const { return counts_[cell] + (folded_.empty() ? 0 : folded_[cell]); }
  void hit(std::uint32_t cell) {
    ++counts_[cell];
    if (few_) fresh_.push_back(cell);
  }
  /// Leaves the pane whole, or what is new if that is little; after additions as large as
  /// the whole, whole again, so that no pane is left with more than about twice its size.
  void leave(const std::string& scope, Partials& out);
  /// Takes back one of what was left; refused if counted with another profile.
  Status take_back(PanePartial partial, std::size_t size);

 private:
  void fold();
  /// Numbers of a row, and as projected; made once for several rows.
  struct Projected {
    std::vector<double> from;
    std::vector<double> to;
  };
  void find_cells(std::span<const Value> row, Projected& scratch);
  std::uint32_t cell_of(std::uint32_t column, Value value);
  void project(std::span<const Value> numbers, Projected& scratch);

  std::uint64_t n_left_ = 0;    ///< Events in what was left.
  std::size_t whole_size_ = 0;  ///< Bytes left whole, and as additions since.
  std::size_t added_size_ = 0;
};

}  // namespace vedette::drift
