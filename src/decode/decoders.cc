#include "decode/decoders.h"

#include "decode/native.h"

namespace vedette {

std::vector<const DecoderKind*> decoders() { return {&native_kind}; }

}  // namespace vedette
