#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/config_tree.h"
#include "core/detector_config.h"
#include "scenario/value.h"
#include "vedette/detector.h"
#include "vedette/time.h"

namespace vedette {

/// Hour 0, unless a scenario says when it starts.
inline constexpr Time kScenarioStart = from_ms(1772323200000);  // 2026-03-01T00:00:00Z

/// A detector's test as data: the traffic, and the alerts that must come of it.
struct Scenario {
  using Values = std::vector<std::pair<std::string, ValueSpec>>;  ///< In the order of the file.

  /// Labels of a stream's inferences.
  struct Labels {
    double share = 1;
    double after = 0;  ///< Minutes, on average.
    double wrong = 0;  ///< The part of cases whose truth is another one, `instead`.
    double late = 0;   ///< Minutes that a label is older than its arrival.
    std::optional<ValueSpec> instead;
  };
  /// Events to generate: inferences, or samples if `metric` is set, or labels if `label` is.
  struct Stream {
    double from = 0;  ///< Hours.
    double until = 0;
    double every = 0;   ///< Seconds, on average.
    double late = 0;    ///< Minutes behind their arrival.
    double rhythm = 0;  ///< By how much rarer at night and more frequent by day.
    double shift = 0;   ///< Hours that its day begins earlier.
    std::string model = "m", version = "1", client = "c", tenant = "t", digest, metric, node = "a";
    std::int64_t models = 1, versions = 1, clients = 1, digests = 1, nodes = 1;
    Values segment, features, outputs, fields;
    std::optional<ValueSpec> value;
    std::optional<ValueSpec> label;
    std::optional<Labels> labels;
  };
  struct Expectation {
    std::string detector;
    std::string subject;
    std::string model;
    std::string tenant;
    std::string principal;
    std::string reason;      ///< One of the alert's codes.
    std::string no_reason;   ///< Not one of them.
    double after_hours = 0;  ///< Of the start of the scenario.
    double before_hours = 1e9;
  };

  std::optional<DetectorConfig> detector;  ///< The only one that runs; none: all that are enabled.
  std::int64_t seed = 1;
  Time start = kScenarioStart;
  std::vector<Stream> streams;
  std::string events;               ///< Recorded events instead of streams: a file.
  std::vector<Expectation> alerts;  ///< Each must be created; nothing else may be. An empty text matches any.
  std::int64_t least_late = 0;      ///< Late events there must be.
};

/// Reads the tree of `file`. Total: whatever is wrong becomes an error with its line, and reading goes on.
Scenario read_scenario(const ConfigNode& root, const std::string& file,
                       std::span<const DetectorKind* const> kinds, ConfigErrors& errors);

}  // namespace vedette
