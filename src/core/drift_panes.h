#pragma once

#include <cstdint>

#include "vedette/time.h"

namespace vedette::drift {

/// Pane of scopes that are still sampled.
inline constexpr Duration kSamplingPane = 10 * kSecond;
/// Events below which a window says nothing.
inline constexpr double kMinEvents = 30;
/// A baseline is cut into at most so many panes,
inline constexpr std::int64_t kMaxPanes = 2048;
/// and at least so many, which make a level.
inline constexpr std::int64_t kFewestPanes = 16;
/// Below this span the daily cycle is unknown and a baseline provisional.
inline constexpr Duration kFullSpan = kDay;

/// Hours of a weekday, then hours of a weekend day (UTC).
inline constexpr int kSlots = 48;
int slot_of(Time time);

/// Shortest pane of the ladder that holds 30 events on average and cuts `span` into
/// at most kMaxPanes.
Duration pane_length(std::uint64_t events, Duration span);
/// The same for a span that cannot grow: down to a fourth of the events where else there
/// would be no level.
Duration pane_with_level(std::uint64_t events, Duration span);

/// Pane in which a live baseline is kept: divides every length that `pane_length` can
/// answer for a span of `learn_for` or more.
Duration learning_pane(Duration learn_for);

/// Levels at which a baseline of `panes` panes shows how columns wander; 0 = too short to judge by.
/// The longest window, 4 blocks, fits four times into the baseline.
int level_count(std::int64_t panes);
/// Further levels, for columns that are still: windows of up to the whole baseline.
inline constexpr int kStillLevels = 2;

/// Panes in one block, and in one window, of a level.
constexpr std::int64_t block_panes(int level) { return std::int64_t{1} << level; }
constexpr std::int64_t window_panes(int level) { return 4 * block_panes(level); }

}  // namespace vedette::drift
