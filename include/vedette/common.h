#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vedette/alert.h"
#include "vedette/entity.h"
#include "vedette/settings.h"
#include "vedette/time.h"

namespace vedette {

/// Settings that every detector has.
struct Common {
  bool enabled = true;
  bool dry_run = false;
  Severity severity = Severity::medium;
  Scope scope;
  std::vector<Scope> except;  ///< Scopes of more special settings of the same detector.
  Duration window = kMinute;  ///< Pane length where the detector does not choose it.
  Duration lateness = 30 * kSecond;
  Duration cooldown = kHour;
  std::int64_t max_keys = 10000;
  double budget = 1;                       ///< False alerts per model per week, this detector's share.
  std::string principal_prefix = "p:k0:";  ///< Of pseudonyms in text.
  bool recorded = false;                   ///< Learning from recorded events: keep large samples.
  bool approval = false;                   ///< What is learned live is in force once it is promoted.

  bool admits(const Entity& entity) const;
  void describe(Settings& table);
};

}  // namespace vedette
