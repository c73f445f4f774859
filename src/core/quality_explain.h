#pragma once

#include <string>

#include "core/quality_model.h"
#include "vedette/finding.h"

namespace vedette::quality {

/// What people read of what is wrong with `model`, found at `at`.
Finding explain(const Told& told, const std::string& model, Time at, const std::string& principal_prefix);

}  // namespace vedette::quality
