#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "vedette/dictionary.h"
#include "vedette/fairness.h"

namespace vedette::fairness {

/// What is compared between groups.
enum class Metric : std::uint8_t { selection, true_positive, false_positive };
inline constexpr std::size_t kMetrics = 3;
inline constexpr std::array<Metric, kMetrics> kAllMetrics{Metric::selection, Metric::true_positive,
                                                          Metric::false_positive};
constexpr std::size_t index_of(Metric metric) { return static_cast<std::size_t>(metric); }
std::string name_of(Metric metric);  ///< `selection rate`

/// A field whose values are groups.
struct ProtectedField {
  Section section = Section::segment;
  std::string name;
  std::string shown;  ///< As the setting says it.
};
inline constexpr std::size_t kMostFields = 4;

/// The settings, ready for use. Immutable apart from `recording`.
struct Rules {
  Rules(const FairnessSettings& settings, const Common& common);
  double difference(Metric metric) const;  ///< Largest that is allowed; 0: no such rule.
  /// Of pairs of groups in one field.
  double tests(std::size_t groups) const;

  FairnessSettings settings;
  std::vector<ProtectedField> fields;
  Duration pane{};
  double budget = 1;
  bool recording = false;  ///< A recorded baseline is being read: learn until it ends.
  bool approval = false;   ///< What is learned live is in force once it is promoted.
};

}  // namespace vedette::fairness
