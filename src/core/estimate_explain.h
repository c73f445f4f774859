#pragma once

#include "core/estimate_watch.h"
#include "vedette/finding.h"

namespace vedette::estimate {

/// What people read of what a model version's windows show.
Finding explain(const News& news, const Baseline& baseline, const Entity& entity, Time at,
                const Rules& rules);

}  // namespace vedette::estimate
