#pragma once

#include "core/config.h"
#include "core/config_tree.h"

namespace vedette {

/// Whether every secret, key and certificate that the configuration names can be read,
/// and the secrets by few alone. Not part of loading: only who uses a secret needs it, and
/// systemd shows them to the running service alone.
ConfigErrors check_secrets(const Config& config);

}  // namespace vedette
