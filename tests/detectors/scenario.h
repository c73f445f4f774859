#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/detector_config.h"

namespace vedette::testing_support {

/// A detector's test as data: traffic to generate, and the alerts that must come of it.
struct Scenario {
  struct Expectation {
    std::string subject;
    std::string model;
    std::string reason;      ///< One of the alert's codes; empty = any.
    double after_hours = 0;  ///< Of the start of the scenario.
    double before_hours = 1e9;
  };
  DetectorConfig detector;
  std::vector<std::string> lines;   ///< Native events in order of arrival.
  std::vector<Expectation> alerts;  ///< Each must be created; nothing else may be.
  std::uint64_t least_late = 0;     ///< Late events there must be.
  bool in_order = true;             ///< Then the number of partitions must not matter either.
};

/// Reads and generates. Throws what the YAML library throws: a broken file fails its test.
Scenario read_scenario(const std::string& path);

inline constexpr std::int64_t kScenarioStart = 1772323200000;  ///< 2026-03-01T00:00:00Z

}  // namespace vedette::testing_support
