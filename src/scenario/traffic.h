#pragma once

#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "vedette/status.h"

namespace vedette {

/// The native events of a scenario in order of arrival: generated, the same every time, or read from its
/// file, where lines longer than `max_record` come cut.
Result<std::vector<std::string>> traffic_of(const Scenario& scenario, std::size_t max_record);

}  // namespace vedette
