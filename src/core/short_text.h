#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette {

/// At most `bytes` of it, whole UTF-8 characters.
std::string_view shortened(std::string_view text, std::size_t bytes);
/// 16 digits.
std::string hexadecimal(std::uint64_t value);

}  // namespace vedette
