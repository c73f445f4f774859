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
  /// Values that are noted of an event: of the steps, the derived, the numbers.
  std::size_t width() const { return steps.size() + derived.size() + numbers.size(); }
};

/// Which values of an event of one shape a sampled row takes, and under which names.
struct SamplePlan {
  std::vector<std::uint32_t> positions;
  std::vector<const std::string*> names;
  std::vector<Derives> inputs;
};

/// The columns of a profile, with what was learned about shapes. Profiles of models that look alike share
/// one. Owned by an observer.
struct Columns {
  explicit Columns(const Profile& profile)
      : count(profile.specs.size()), inputs(profile.projection.inputs()) {
    for (std::uint32_t column = 0; column < profile.specs.size(); ++column)
      at.emplace(profile.specs[column].name, column);
    for (const std::string& column : profile.projection.columns()) {
      const auto found = at.find(column);
      projected.push_back(found == at.end() ? kNone : found->second);
    }
  }
  /// The same for profiles that can share theirs.
  static std::string key_of(const Profile& profile) {
    std::string key;
    ByteWriter out(key);
    out.u64(profile.specs.size());
    for (const ColumnSpec& spec : profile.specs) out.text(spec.name);
    out.u64(profile.projection.inputs().size());
    for (const std::string& input : profile.projection.inputs()) out.text(input);
    for (const std::string& column : profile.projection.columns()) out.text(column);
    return key;
  }
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::size_t count = 0;
  std::unordered_map<std::string, std::uint32_t> at;  ///< By name.
  std::vector<std::string> inputs;                    ///< Of the projection.
  std::vector<std::uint32_t> projected;               ///< Column of each projected one.
  std::unordered_map<ShapeId, CountPlan> plans;
  ShapeId last_shape = 0;
  const CountPlan* last_plan = nullptr;
  bool used = true;
};

/// A profile that an observer follows, laid out for counting: its specs are gone.
struct alignas(64) BoundProfile {
  static constexpr std::size_t kHot = 128;  ///< Bytes that every event touches.
  Columns& columns;
  Profile profile;
};

}  // namespace vedette::drift
