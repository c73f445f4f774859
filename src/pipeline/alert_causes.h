#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "vedette/alert.h"

namespace vedette {

/// The side of a model that a finding is about. What outcomes say beyond all features comes out.
Side side_of(Side declared, const Finding& finding);

/// Alerts that were told and that others, on later sides of the same model, may follow from.
/// Owned by the alert stage, like the alerts: each stays where it is until it is removed.
class AlertCauses {
 public:
  void add(const Alert& alert);  ///< Does nothing for one that is there, or that nothing follows from.
  void remove(const Alert& alert);
  /// Those that are open or were opened at `since` or later, of the same model and of no other version,
  /// segment or client, where both name one. The earlier side comes first, then the change that began first.
  std::vector<Alert::Cause> of(const Alert& alert, Time since) const;

 private:
  std::map<std::string, std::set<const Alert*>> by_model_;
};

}  // namespace vedette
