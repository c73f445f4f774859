#pragma once

#include <optional>
#include <string>

#include "core/drift_learning.h"
#include "vedette/finding.h"

namespace vedette::drift {

/// The column of a baseline that is farthest from the anchor.
struct Walk {
  std::size_t column = 0;
  double distance = 0;  ///< More than chance makes of it.
  double beyond = 0;    ///< By how many standard errors it is more than the limit.
  double n = 0;
  double anchor_n = 0;  ///< Events of the anchor at the same hours.
};
Walk walk_from(const BaselineModel& anchor, const BaselinePanes& next, double limit);

/// How the baseline of a scope follows the traffic: the next one is learned beside it, in the same cells,
/// and takes over if it is near the anchor. Owned by the scope.
struct Trail {
  Time begin = kDawn;     ///< Of the next baseline; kDawn: none is being learned.
  Time learned = kDawn;   ///< End of what the one in force was learned from; kDawn: it is the anchor.
  Time anchored = kDawn;  ///< The same of the anchor, once another one is in force,
  std::optional<BaselineModel> anchor;  ///< as it was.
  Time held = kDawn;                    ///< Since when the traffic is too far from it; kDawn: it is not.
  std::optional<Walk> walk;             ///< Of the baseline that was compared last.

  const BaselineModel& anchor_or(const BaselineModel& in_force) const { return anchor ? *anchor : in_force; }
  /// Span of each baseline that follows one with such panes.
  static Duration span(Duration learn_for, Duration pane);
  /// What is to be told of the baseline learned last: that it is surely too far, or no longer.
  std::optional<Finding> compare(const Walk& next_walk, double limit, const BaselinePanes& next);
  /// For people; `farthest`: name of the walk's column.
  std::string line(const std::string& farthest) const;
  std::string encode() const;
  bool decode(ByteReader& in, std::size_t columns);
};

}  // namespace vedette::drift
