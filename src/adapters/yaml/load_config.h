#pragma once

#include <span>
#include <string>

#include "core/config.h"
#include "core/config_tree.h"
#include "vedette/detector.h"
#include "vedette/status.h"

namespace vedette {

/// Reads the top file and the detectors' files; `check_secrets` looks at the secrets that
/// they name. All errors are collected, not only the first; with any, the result is
/// `reject` and `errors` is not empty. Relative paths come back resolved against the top
/// file's folder.
Result<Config> load_config(const std::string& path, std::span<const DetectorKind* const> kinds,
                           ConfigErrors& errors);

/// Any other file of settings as a tree; what is wrong with its text is added to `errors`.
ConfigNode load_tree(const std::string& path, ConfigErrors& errors);

}  // namespace vedette
