#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/drift_partial.h"
#include "core/drift_plan.h"
#include "vedette/detector.h"

namespace vedette::drift {

/// One pane of one scope while an observer counts it, or samples its rows. Owned by the
/// observer's scope.
class OpenPane {
 public:
  Time start{};
  Time end{};
  Time first = kForever;
  Time last = kDawn;
  BoundProfile* bound = nullptr;  ///< Null: sampled, or its profile is not known (yet).
  std::uint64_t profile = PanePartial::kNoProfile;
  std::uint64_t n = 0;
  std::vector<Extent> extents;
  std::unique_ptr<Sample> sample;
  const SamplePlan* plan = nullptr;  ///< That `columns` are of.
  std::vector<std::size_t> columns;  ///< In `sample`: of derived values, then of the plan's.
  BusyClients clients;               ///< Counted where clients are watched.
  Witnesses witnesses;
  bool dirty = false;

  /// Cells that it was counted with, or 0.
  std::size_t cells() const { return std::max(folded_.size(), counts_.size()); }
  /// Fetches what the next event is counted in and with, its client in `bucket`.
  void prefetch(std::uint32_t bucket) const;
  /// An event's hits follow; `cells` of the profile, or of ClientTraffic where rows are sampled.
  void begin_event(std::size_t cells);
  /// Hits so far of a cell.
  std::uint32_t held(std::size_t cell) const { return counts_[cell] + (folded_.empty() ? 0 : folded_[cell]); }
  void hit(std::uint32_t cell) {
    ++counts_[cell];
    if (lists_) fresh_.push_back(cell);
  }
  /// The hits up to `end_listing` make a list, which that answers.
  void begin_listing() {
    listed_from_ = fresh_.size();
    lists_ = true;
  }
  std::vector<std::uint16_t> end_listing();
  /// Leaves the pane whole, or what is new if that is little; after additions as large as
  /// the whole, whole again, so that no pane is left with more than about twice its size.
  void leave(const std::string& scope, Partials& out);
  /// Takes back one of what was left; refused if counted with another profile.
  Status take_back(PanePartial partial, std::size_t size);

 private:
  std::uint32_t unfolded_ = 0;         ///< Events in `counts_`.
  std::vector<std::uint16_t> counts_;  ///< By cell, until one could overflow; empty: none.
  std::vector<std::uint32_t> folded_;  ///< What was folded or taken back; empty: none.
  std::vector<std::uint32_t> fresh_;   ///< Cells hit since the last save, while they are few.
  bool few_ = true;
  bool lists_ = true;  ///< Whether hits go to `fresh_`: they are few, or an event's are listed.
  std::size_t listed_from_ = 0;
  std::uint64_t n_left_ = 0;    ///< Events in what was left.
  std::size_t whole_size_ = 0;  ///< Bytes left whole, and as additions since.
  std::size_t added_size_ = 0;
};

}  // namespace vedette::drift
