#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "vedette/detector.h"
#include "vedette/status.h"

namespace vedette {

/// A detector as it runs. `instance` names its state: `feature_drift`, or
/// `feature_drift#3f2a9c01` for an override, where the digits follow from its match
/// alone, so that reordering a file does not mix up what was learned.
struct BuiltDetector {
  const DetectorKind* kind = nullptr;
  std::string instance;
  Common common;
  std::unique_ptr<Detector> detector;
};

/// One instance of every enabled kind with its base settings, and one per override. An
/// entity belongs to the first override that matches it, else to the base instance. The
/// budget is split equally over the enabled kinds; a file may set its own share. `only`
/// leaves out the other kinds without changing anyone's share; empty = all.
/// `recorded`: baselines come from recorded events.
Result<std::vector<BuiltDetector>> build_detectors(const Config& config,
                                                   std::span<const DetectorKind* const> kinds,
                                                   const std::vector<std::string>& only = {},
                                                   bool recorded = false);

}  // namespace vedette
