#pragma once

#include <string>
#include <vector>

#include "core/fairness_window.h"

namespace vedette::fairness {

/// What is known of one model version's groups when it was approved.
struct Baseline {
  Time from{};
  Time to{};
  Cells cells;
};

/// One group against a better placed one, in one window.
struct Comparison {
  enum class Rule : unsigned char { none, ratio, difference, worse };

  labels::Name group = 0;
  labels::Name other = 0;
  Share one;  ///< As counted.
  Share two;
  double ratio = 1;
  Interval ratio_around;
  double gap = 0;
  Interval gap_around;
  bool known_before = false;  ///< Both are in the baseline; what follows says how it was there.
  Share one_before;
  Share two_before;
  double grown = 0;  ///< Of the gap.
  Interval grown_around;
  bool ratio_broken = false;  ///< Real, and not a burst; the same for those below.
  bool gap_broken = false;
  bool worse = false;
  bool clear = false;   ///< Well within all rules.
  double evidence = 0;  ///< Distance from the rule over half the interval; of the clearest one.
  Rule clearest = Rule::none;
  bool broken() const { return ratio_broken || gap_broken || worse; }
};

/// All groups of one field in one window.
struct Look {
  std::size_t field = 0;
  Metric metric = Metric::selection;
  Time start{};
  Time end{};
  Time since{};
  double z = 0;
  std::vector<Comparison> broken;    ///< The clearest first, one for each group.
  std::vector<labels::Name> judged;  ///< Groups with enough events.
  std::vector<labels::Name> unjudged;
  std::vector<labels::Name> unclear;  ///< Judged, and not well within all rules.
  Cells cells;
};

/// Compares `groups` of a field pair by pair. `z`: the normal deviate of the level of each single one.
Look compare(const Window& window, const std::vector<labels::Name>& groups, Metric metric, double z,
             const Baseline* baseline, const Spans& told, const Rules& rules);

/// The block from which on the gap is beyond the middle between what it should be and what it is.
Time onset(const Blocks& blocks, const Look& look, const Rules& rules);

}  // namespace vedette::fairness
