#pragma once

#include <vector>

#include "vedette/decoder.h"

namespace vedette {

/// Every wire format this build reads.
std::vector<const DecoderKind*> decoders();

}  // namespace vedette
