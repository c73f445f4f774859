#pragma once

#include <string>
#include <vector>

#include "vedette/baseline.h"

namespace vedette {

/// How far the spread of one feature is from what it was.
struct ColumnDifference {
  std::string name;
  bool before = true;   ///< It is in the first baseline,
  bool after = true;    ///< and in the second.
  double distance = 0;  ///< 4 sum (sqrt q - sqrt p)^2, as the drift detectors measure effects.
  double chance = 0;    ///< Its mean between two samples of these sizes of one distribution.
  std::string what;     ///< What changed most.
};

/// Compares two baselines of one scope, most different columns first. Numbers are compared in the bins of
/// the first one, the second one's taken for evenly spread between its edges. Pure.
std::vector<ColumnDifference> differences(const BaselineView& before, const BaselineView& after);

}  // namespace vedette
