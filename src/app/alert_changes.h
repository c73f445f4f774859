#pragma once

#include <vector>

#include "vedette/alert.h"

namespace vedette {

/// An alert that was created before, after, or both times; null: not then.
struct AlertChange {
  const Alert* before = nullptr;
  const Alert* after = nullptr;
};

/// Created alerts of two runs over the same events, matched by detector, entity and subject, in order of
/// time. Points into both.
std::vector<AlertChange> changes_of(const std::vector<Alert>& before, const std::vector<Alert>& after);

}  // namespace vedette
