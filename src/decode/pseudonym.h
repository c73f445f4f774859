#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vedette/hash.h"

namespace vedette {

/// What stands for a principal or an address everywhere behind the decoder: SipHash of
/// its name. 0 only for the empty name, which means "not known".
std::uint64_t pseudonym(const HashKey& key, std::string_view name);

/// `p:k0:9f2c61d07a4e11b0`: the form that alerts show.
std::string pseudonym_text(std::string_view key_id, std::uint64_t pseudonym);

}  // namespace vedette
