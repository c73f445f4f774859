#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/drift_geometry.h"
#include "core/drift_panes.h"
#include "vedette/bytes.h"

namespace vedette::drift {

/// Rhythm that a column's baseline follows.
enum class Season : unsigned char { flat, daily, weekly };
constexpr int slots_of(Season season) {
  return season == Season::flat ? 1 : season == Season::daily ? 24 : kSlots;
}
/// Slot of a season for an hour of week `slot` (0..47).
constexpr int fold_slot(Season season, int slot) {
  return season == Season::flat ? 0 : season == Season::daily ? slot % 24 : slot;
}

/// Events of a window (or of a baseline) by hour of weekday and weekend.
using SlotCounts = std::array<double, kSlots>;

/// What a window of a column should look like.
struct Expected {
  Cells share = Cells::Zero();
  double n0 = 0;  ///< Baseline events in the slots that the window covers.
};

/// Baseline of one column: counts per slot of its season.
struct SeasonProfile {
  Season season = Season::flat;
  std::vector<Cells> slots;  ///< slots_of(season)
  std::vector<double> n;     ///< Events of each.

  /// A window with `window` events per slot. Each slot leans on 30 pseudo-events of the whole.
  Expected expect(const SlotCounts& window) const;
  void encode(ByteWriter& out) const;
  static SeasonProfile decode(ByteReader& in);
};

/// Baseline panes of a scope in their order: events and judged cells of all columns.
struct BaselinePanes {
  Time start{};
  Duration pane = kSamplingPane;
  std::size_t columns = 0;
  std::vector<std::uint32_t> n;
  std::vector<std::uint32_t> cells;  ///< [pane][column][kJudged]

  std::int64_t size() const { return static_cast<std::int64_t>(n.size()); }
  Time time_of(std::int64_t at) const { return start + at * pane; }
  std::span<const std::uint32_t> cells_of(std::int64_t at, std::size_t column) const {
    return {cells.data() + (static_cast<std::size_t>(at) * columns + column) * kJudged, kJudged};
  }
};

/// One column of the baseline, ready to compare any block of panes with the rest: flat without the
/// block itself, seasonal without the 24 hours around it (48 or more, if it is longer). So each of its
/// hours is left out once, and two days of baseline predict each other wherever a block lies.
class ColumnBaseline {
 public:
  struct Block {
    Cells observed = Cells::Zero();
    Expected expected;
    double n = 0;
  };
  ColumnBaseline(const BaselinePanes& panes, std::size_t column);

  Block block(Season season, std::int64_t begin, std::int64_t end) const;
  SeasonProfile profile(Season season) const;
  std::int64_t panes() const { return static_cast<std::int64_t>(slot_.size()); }
  Duration span() const { return span_; }

 private:
  /// Of all hours but those from `begin` to `end`, counted from the first one.
  SeasonProfile without(Season season, std::int64_t begin, std::int64_t end) const;

  Duration span_{};
  std::vector<int> slot_;           ///< By pane.
  std::vector<std::int64_t> hour_;  ///< By pane, from the first one.
  std::vector<Cells> counts_;       ///< Before each pane.
  std::vector<double> events_;      ///< Before each pane.
  std::vector<Cells> hour_cells_;   ///< By hour from the first one,
  std::vector<double> hour_n_;      ///< its events
  std::vector<int> slot_of_hour_;   ///< and where it lies in the week.
};

/// Blocks that a baseline is cut into for windows of `window` panes: first panes.
/// Whole steps below 16 panes, else half ones.
std::vector<std::int64_t> block_starts(std::int64_t panes, std::int64_t window);

/// The plainest rhythm that no richer one beats by 10 % in cross-validation.
Season choose_season(const ColumnBaseline& column);

}  // namespace vedette::drift
