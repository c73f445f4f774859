#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/drift_profile.h"
#include "vedette/dictionary.h"

namespace vedette::drift {

/// A value of an event that others are derived from.
struct Derives {
  std::uint32_t position = 0;
  FieldId field = 0;
};

/// Which values of an event of one shape go to which columns.
struct CountPlan {
  struct Step {
    std::uint32_t position = 0;  ///< Of the value in the event, or of the derived value.
    std::uint32_t column = 0;
  };
  /// A number that is projected.
  struct Number {
    enum class From : unsigned char { value, derived, nothing };
    From from = From::nothing;
    std::uint32_t position = 0;
  };
  std::vector<Step> steps;
  std::vector<Derives> inputs;
  std::vector<Step> derived;
  std::vector<Number> numbers;  ///< By input of the projection.
  bool derives = false;         ///< Whether derived values are needed at all.
};

/// Which values of an event of one shape a sampled row takes, and under which names.
struct SamplePlan {
  std::vector<std::uint32_t> positions;
  std::vector<const std::string*> names;
  std::vector<Derives> inputs;
};

/// A profile that an observer follows, with what it has learned about shapes.
struct BoundProfile {
  explicit BoundProfile(Profile p) : profile(std::move(p)) {
    for (std::uint32_t column = 0; column < profile.specs.size(); ++column)
      column_of.emplace(profile.specs[column].name, column);
    for (const std::string& column : profile.projection.columns()) {
      const auto found = column_of.find(column);
      projected.push_back(found == column_of.end() ? kNone : found->second);
    }
  }
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  Profile profile;
  std::unordered_map<std::string, std::uint32_t> column_of;
  std::vector<std::uint32_t> projected;  ///< Column of each projected one.
  std::unordered_map<ShapeId, CountPlan> plans;
  ShapeId last_shape = 0;
  const CountPlan* last_plan = nullptr;
};

}  // namespace vedette::drift
