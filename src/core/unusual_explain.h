#pragma once

#include <string>

#include "core/unusual_watch.h"
#include "vedette/finding.h"

namespace vedette::unusual {

/// What people read of what a model version's windows show, found at `at`.
Finding explain(const News& news, const Watch& watch, const Entity& entity, Time at,
                const std::string& principal_prefix);

}  // namespace vedette::unusual
