#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vedette/detector.h"

namespace vedette {

/// Settings of a detector of unfair outcomes, beside the common ones. Common::window is the pane in which
/// answers and labels are collected.
struct FairnessSettings {
  std::vector<std::string>
      protected_fields;                 ///< `region`: of the segment; `features.sex`; none: watches nothing.
  std::vector<std::string> favourable;  ///< Labels; none: a score of `score_from` or more.
  double score_from = 0.5;
  double ratio_rule = 0.8;           ///< Of selection rates; 0: no such rule. The same for those below.
  double parity_rule = 0.1;          ///< Difference of selection rates,
  double opportunity_rule = 0.1;     ///< of true positive rates,
  double false_positive_rule = 0.1;  ///< of false positive rates.
  double worse_by = 0.05;            ///< Growth of such a difference since the baseline.
  std::int64_t min_events = 50;      ///< Of a group, or it is not judged.
  std::int64_t max_groups = 8;       ///< Of one field.
  Duration learn_for = 7 * kDay;     ///< Live events that make a baseline.
  Duration join_for = 7 * kDay;
  std::int64_t max_predictions = 20'000;
  void describe(Settings& table);
};

/// A detector that compares what groups of people get from a model: how often they are selected, and, once
/// labels come, how often rightly and wrongly. Learns live, or from recorded events (Common::recorded).
/// Fails on settings only.
Result<std::unique_ptr<Detector>> make_fairness_detector(const FairnessSettings& settings,
                                                         const Common& common);

}  // namespace vedette
