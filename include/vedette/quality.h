#pragma once

#include <memory>

#include "vedette/detector.h"

namespace vedette {

/// Settings of a detector of broken inputs, beside the common ones.
struct QualitySettings {
  std::int64_t sample = 32;          ///< Rows that are looked at per model and pane.
  Duration learn_for = kDay;         ///< Of event time, before anything is told.
  double min_share = 0.03;           ///< Of a model's events, that must be broken at least.
  Duration accept_after = 3 * kDay;  ///< What has lasted so long is normal from then on.
  void describe(Settings& table);
};

/// A detector that learns what each field of a model's events is like and tells when one breaks.
/// Learns live, or from recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_quality_detector(const QualitySettings& settings,
                                                        const Common& common);

}  // namespace vedette
