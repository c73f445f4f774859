#pragma once

#include <memory>

#include "vedette/detector.h"

namespace vedette {

/// Settings of a detector of single events that are unlike all others, beside the common ones.
struct UnusualSettings {
  Duration learn_for = kDay;       ///< Live events that make a baseline, where none was recorded.
  double min_share = 0.005;        ///< Of a model's events, that must be odd beyond what is usual.
  double min_client_share = 0.05;  ///< Of one client's events.
  double alone_below = 0;          ///< Tail probability that is told of one event; 0: of none.
  void describe(Settings& table);
};

/// A detector that learns what single events of a model are like and tells when more of them than ever are
/// far from that. Learns live, or from recorded events (Common::recorded). Fails on settings only.
Result<std::unique_ptr<Detector>> make_unusual_detector(const UnusualSettings& settings,
                                                        const Common& common);

}  // namespace vedette
