#include "core/fairness_rules.h"

#include <algorithm>

namespace vedette::fairness {
namespace {

ProtectedField field_of(const std::string& text) {
  constexpr std::string_view kFeatures = "features.";
  constexpr std::string_view kSegment = "segment.";
  if (text.starts_with(kFeatures)) return {Section::feature, text.substr(kFeatures.size()), text};
  const std::string name = text.starts_with(kSegment) ? text.substr(kSegment.size()) : text;
  return {Section::segment, name, name};
}

}  // namespace

std::string name_of(Metric metric) {
  if (metric == Metric::selection) return "selection rate";
  return metric == Metric::true_positive ? "true positive rate" : "false positive rate";
}

Rules::Rules(const FairnessSettings& from, const Common& common)
    : settings(from),
      pane(common.window),
      budget(common.budget),
      recording(common.recorded),
      approval(common.approval) {
  for (const std::string& text : settings.protected_fields) fields.push_back(field_of(text));
}

double Rules::difference(Metric metric) const {
  if (metric == Metric::selection) return settings.parity_rule;
  return metric == Metric::true_positive ? settings.opportunity_rule : settings.false_positive_rule;
}

double Rules::tests(std::size_t groups) const {
  double rules = settings.ratio_rule > 0 ? 1 : 0;
  for (const Metric metric : kAllMetrics)
    rules += (difference(metric) > 0 ? 1 : 0) + (settings.worse_by > 0 ? 1 : 0);
  return std::max(1.0, rules * static_cast<double>(groups * (groups - 1)));
}

}  // namespace vedette::fairness
