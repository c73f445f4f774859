#pragma once

#include "core/config.h"

namespace vedette {

/// `left_out`: for who may not read them.
enum class Secrets : unsigned char { looked_at, left_out };

/// What would keep `run` from starting with a well-formed configuration, as far as it can
/// be told without starting: missing parts, secrets, and what only the components know
/// (detectors, keys, properties; the last two need the secrets). Says each on standard
/// error; true if there is none.
bool explain_problems(const Config& config, Secrets secrets = Secrets::looked_at);

}  // namespace vedette
