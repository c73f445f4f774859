#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace vedette {

/// Everything about `event` that OCSF 1.8.0 does not allow for a Detection Finding: missing, unknown and
/// mistyped attributes, wrong enumerations, broken constraints. Empty = valid. Covers the
/// attributes that Vedette uses.
std::vector<std::string> ocsf_errors(const nlohmann::json& event);

}  // namespace vedette
