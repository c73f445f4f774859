#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vedette/detector.h"

namespace vedette {

/// Settings of a detector of changed models, beside the common ones.
struct ModelChangeSettings {
  Duration settle = kDay;             ///< Of event time since a model was first seen: only learned.
  Duration overlap = kHour;           ///< For which two versions may answer at once.
  std::vector<std::string> approved;  ///< Patterns of `digest` or `version@digest`; empty: all are.
  void describe(Settings& table);
};

/// A detector that knows which versions, artifacts and output types each model answers with, and
/// tells when others do. Learns live, or from recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_model_change_detector(const ModelChangeSettings& settings,
                                                             const Common& common);

}  // namespace vedette
