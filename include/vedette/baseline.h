#pragma once

#include <string>
#include <vector>

#include "vedette/entity.h"
#include "vedette/time.h"

namespace vedette {

/// What a judge takes for normal, for people: `vedette baseline list` and `show`.
struct BaselineView {
  Entity entity;
  std::string state;  ///< `sampling`, `learning`, `watching`, `provisional` ...
  Time from{};        ///< Event time of what it was learned from; equal if nothing yet.
  Time to{};
  double events = 0;
  std::vector<std::string> details;  ///< Lines, one or more per feature or series.
};

}  // namespace vedette
