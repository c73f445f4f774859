#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/drift_profile.h"
#include "vedette/dictionary.h"

namespace vedette::drift {

/// Which values of an event of one shape go to which columns.
struct CountPlan {
  struct Step {
    std::uint32_t position = 0;  ///< Of the value in the event, or of the derived value.
    std::uint32_t column = 0;
  };
  std::vector<Step> steps;
  std::vector<std::uint32_t> inputs;  ///< Positions of what values are derived from.
  std::vector<Step> derived;
};

/// Which values of an event of one shape a sampled row takes, and under which names.
struct SamplePlan {
  std::vector<std::uint32_t> positions;
  std::vector<const std::string*> names;
  std::vector<std::uint32_t> inputs;
};

/// A profile that an observer follows, with what it has learned about shapes.
struct BoundProfile {
  explicit BoundProfile(Profile p) : profile(std::move(p)) {
    for (std::uint32_t column = 0; column < profile.specs.size(); ++column)
      column_of.emplace(profile.specs[column].name, column);
  }
  Profile profile;
  std::unordered_map<std::string, std::uint32_t> column_of;
  std::unordered_map<ShapeId, CountPlan> plans;
  ShapeId last_shape = 0;
  const CountPlan* last_plan = nullptr;
};

}  // namespace vedette::drift
