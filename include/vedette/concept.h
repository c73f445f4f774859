#pragma once

#include <memory>

#include "vedette/drift.h"

namespace vedette {

/// Settings of a detector of wrong answers, beside the common ones. Common::window is the
/// pane in which predictions and labels are collected.
struct ConceptSettings {
  DriftSettings drift;  ///< Of errors, confusions and losses against their baseline.
  Duration join_for = 7 * kDay;
  std::int64_t max_predictions = 100'000;
  void describe(Settings& table);
};

/// A detector that joins labels with the predictions that they are about, however late they
/// come, and watches per model version how wrong they show it to be. Learns live, or from
/// recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_concept_detector(const ConceptSettings& settings,
                                                        const Common& common);

}  // namespace vedette
