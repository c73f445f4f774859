#pragma once

#include "core/fairness_watch.h"

namespace vedette::fairness {

/// What people read of what a model version's windows show.
Finding explain(const News& news, const Watch& watch, const Entity& entity, Time at, const Rules& rules);

}  // namespace vedette::fairness
