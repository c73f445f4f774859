#pragma once

#include <functional>
#include <set>
#include <string>

#include "core/drift_explain.h"
#include "vedette/detector.h"
#include "vedette/drift.h"

namespace vedette::drift {

/// Views that columns of a source are tested in: the first ones.
inline std::size_t views_of(const ColumnSource& source) { return source.specials() ? kViews : kViews - 1; }

/// What a scope needs from the judge at each step.
struct StepContext {
  Verdicts& out;
  std::function<double(const std::string& model)> tests;  ///< Columns x views of all its scopes.
  std::function<double(const Entity& segment)> share;     ///< Of its model version's events.
  /// Columns that more than chance moves in a scope of the model that has its baseline.
  std::function<std::set<std::string>(const std::string& model)> restless;
  Explain explain = drift::explain;
};

}  // namespace vedette::drift
