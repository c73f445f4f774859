#pragma once

#include <string>
#include <vector>

#include "core/config.h"
#include "scenario/pipeline_rig.h"
#include "scenario/scenario.h"

namespace vedette {

/// `config` as the scenario wants it: with its settings, which weigh more than those of the files.
Config configured(Config config, const Scenario& scenario);

/// Which detectors run; empty: all that are enabled.
std::vector<std::string> detectors_of(const Scenario& scenario);

/// Why the run is not what the scenario says; empty: it is.
std::vector<std::string> failures(const Scenario& scenario, const RigResult& result);

}  // namespace vedette
