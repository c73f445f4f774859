#pragma once

#include <string>

#include "core/metrics.h"

namespace vedette {

/// All metrics in Prometheus' text format, with what the operating system says about
/// this process (`process_*`). Any thread; a scrape holds the registry's lock while it copies.
std::string expose(const Metrics& metrics);

/// Adds `vedette_build_info`, always 1, with e.g. {{"version", "0.1.0"}, {"commit", "3f2a91c"}}.
void register_build(Metrics& metrics, const MetricLabels& build);

}  // namespace vedette
