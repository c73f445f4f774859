#pragma once

#include <string>
#include <vector>

#include "core/model_change_steps.h"

namespace vedette::model_change {

/// Many changes of one kind in one pane of one model become one that stands for all: somebody invents names.
std::vector<Change> gather(std::vector<Change> changes);

/// What people read of a change of `model` that was found at `at`.
Finding explain(const Change& change, const std::string& model, Time at, const Rules& rules);

}  // namespace vedette::model_change
