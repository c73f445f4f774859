#pragma once

#include "vedette/decoder.h"

namespace vedette {

/// `vedette/1`: one JSON object per record, of any of the four kinds.
extern const DecoderKind native_kind;

}  // namespace vedette
