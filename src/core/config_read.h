#pragma once

#include <string>
#include <vector>

#include "core/config.h"
#include "core/config_tree.h"
#include "vedette/detector.h"

namespace vedette {

/// Applies the rows of `map` to `table` and answers them with their lines. Whatever is
/// wrong is added to `errors`; the rest is applied all the same. Keys in `apart` are
/// left to the caller. `file` is for messages.
std::vector<SettingText> read_settings(const ConfigNode& map, const Settings& table,
                                       const std::vector<std::string>& apart, const std::string& file,
                                       ConfigErrors& errors);

/// The top file, without what stands in other files. Total: a node that cannot be
/// understood becomes an error, and reading goes on behind it.
Config read_config(const ConfigNode& root, const std::string& file, ConfigErrors& errors);

/// One file of config/detectors/, checked against the tables of `kind`.
DetectorConfig read_detector(const ConfigNode& root, const std::string& file, const DetectorKind& kind,
                             ConfigErrors& errors);

}  // namespace vedette
