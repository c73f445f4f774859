#pragma once

#include <string>
#include <vector>

#include "vedette/entity.h"

namespace vedette {

/// A row of a file, checked but not yet applied.
struct SettingText {
  std::string name;
  std::vector<std::string> items;
  int line = 0;
};

/// What a file of config/detectors/ says: rows that differ from the defaults, and
/// overrides for the entities that match. Checked against the detector's table.
struct DetectorConfig {
  struct Override {
    Scope match;
    std::vector<SettingText> settings;
    int line = 0;
  };
  std::string name;
  std::string file;
  std::vector<SettingText> settings;
  std::vector<Override> overrides;
};

/// `scope` with the parts that `match` names; what the match leaves open stays.
Scope narrowed(Scope scope, const Scope& match);

}  // namespace vedette
