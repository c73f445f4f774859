#pragma once

#include <cstdint>

#include "vedette/time.h"

namespace vedette {

/// Half-open span of event time, the unit in which sketches are cut.
struct Pane {
  Time start{};
  Time end{};
};

/// What became of the events that an observer or judge saw. Plain totals since the
/// object was made; the pipeline turns them into metrics.
struct Tally {
  std::uint64_t counted = 0;
  std::uint64_t late = 0;             ///< Late by the watermark of their own partition.
  std::uint64_t late_after_idle = 0;  ///< In time for it, but the judge had left the partition out.
  std::uint64_t evicted = 0;          ///< Keys dropped because `max_keys` was reached.
  std::uint64_t unwatched = 0;        ///< Events of keys beyond the cap.
  std::uint64_t capped = 0;           ///< Left out of a pane because their client had its part of it.
  std::uint64_t keys = 0;             ///< Keys held now.
  std::uint64_t waiting = 0;          ///< Baselines that wait for approval now.
  std::uint64_t held = 0;             ///< Baselines too far from their anchor to follow the traffic now.
  std::uint64_t panes = 0;            ///< Panes open (observer) or judged (judge).
};

/// Totals before and after a restart; what is held now is the later one's.
inline Tally operator+(Tally sum, const Tally& later) {
  sum.counted += later.counted;
  sum.late += later.late;
  sum.late_after_idle += later.late_after_idle;
  sum.evicted += later.evicted;
  sum.unwatched += later.unwatched;
  sum.capped += later.capped;
  sum.panes += later.panes;
  sum.keys = later.keys;
  sum.waiting = later.waiting;
  sum.held = later.held;
  return sum;
}

/// Decides whether an event still belongs to an open pane (DESIGN, time rule 1).
/// Late iff the end of its pane plus lateness is at or before the watermark of its
/// own partition; a pane that the judge has passed already is closed to everyone.
class PaneGate {
 public:
  enum class Answer : unsigned char { open, late, late_after_idle };
  explicit PaneGate(Duration lateness) : lateness_(lateness) {}

  Answer check(Time pane_end, Time partition_watermark) const {
    const Time ripe = pane_end + lateness_;
    if (ripe <= partition_watermark) return Answer::late;
    return ripe <= judged_ ? Answer::late_after_idle : Answer::open;
  }
  /// The judge has judged every pane that was ripe at `watermark`.
  void judged(Time watermark) {
    if (watermark > judged_) judged_ = watermark;
  }
  Duration lateness() const { return lateness_; }

 private:
  Duration lateness_;
  Time judged_ = kDawn;
};

}  // namespace vedette
