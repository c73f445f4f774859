#pragma once

#include <memory>

#include "vedette/detector.h"

namespace vedette {

/// Settings of a detector that estimates accuracy, beside the common ones. Common::window is the pane
/// in which predictions and labels are collected.
struct PerformanceEstimateSettings {
  double min_drop = 0.05;         ///< Of accuracy; smaller ones are not worth an alert.
  Duration learn_for = 7 * kDay;  ///< Live events that make a baseline.
  Duration join_for = 7 * kDay;
  std::int64_t max_predictions = 20'000;
  void describe(Settings& table);
};

/// A detector that estimates from a model's own confidence how often it is right, and tells when that
/// falls, before any label comes. Learns live, or from recorded events (Common::recorded). Fails on
/// settings only.
Result<std::unique_ptr<Detector>> make_performance_estimate_detector(
    const PerformanceEstimateSettings& settings, const Common& common);

}  // namespace vedette
