#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/fairness_interval.h"
#include "core/fairness_rules.h"
#include "core/label_records.h"
#include "vedette/time.h"

namespace vedette::fairness {

struct Count {
  std::uint64_t n = 0;
  std::uint64_t hits = 0;
  void add(const Count& other) {
    n += other.n;
    hits += other.hits;
  }
};
/// What one group got, by metric.
using Cell = std::array<Count, kMetrics>;
using Cells = std::map<labels::Name, Cell>;
/// By the start of their block; blocks without any are absent.
using Blocks = std::map<Time, Cells>;

/// Windows of a level have four quarters, of 2^level blocks each.
inline constexpr int kQuarters = 4;
inline constexpr int kMostLevels = 8;
constexpr std::int64_t quarter_blocks(int level) { return std::int64_t{1} << level; }
constexpr std::int64_t window_blocks(int level) { return kQuarters * quarter_blocks(level); }

void add(Cells& to, const Cells& from);
/// Of the blocks that start in [start, end).
Cells sum(const Blocks& blocks, Time start, Time end);
Share share_of(const Cells& cells, labels::Name group, Metric metric);

/// Times that an alert told of: they show how far a difference went wrong, not how far it strays.
using Spans = std::vector<std::pair<Time, Time>>;

struct Stretch {
  Time start{};
  Time end{};
  Cells cells;
};

/// A window, its quarters, and earlier stretches of both lengths, which show how far they stray. Used within
/// the life of its blocks, in one thread.
struct Window {
  Window(const Blocks& blocks, Time start, Time end);
  /// Gathers the earlier stretches, once: most windows need none.
  void look_back() const;
  const Blocks& blocks;
  Time start;
  Time end;
  std::array<Cells, kQuarters> quarters;
  Cells all;
  mutable bool looked_back = false;
  mutable std::vector<Stretch> before;
  mutable std::vector<Stretch> quarters_before;
};

/// How much more a difference between two groups strays from window to window than by chance, at the level of
/// `z`, so that counts divided by it can be judged as if they were independent. Clients that send many alike,
/// rhythms and autocorrelation make it more than 1. Nothing: there are too few earlier windows outside of
/// `told` to tell.
std::optional<double> design_effect(const Window& window, labels::Name one, labels::Name other, Metric metric,
                                    double z, const Spans& told = {});

}  // namespace vedette::fairness
