#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vedette {

/// Longest text of an alert in bytes; what is cut ends in an ellipsis.
inline constexpr std::size_t kMaxText = 1024;

/// Makes text that came from producers safe to show: valid UTF-8 (wrong bytes become
/// U+FFFD), at most `max_bytes`, and nothing that controls a terminal, ends a line or turns
/// the reading direction. Line ends and tabs become a space. Total and pure.
std::string clean_text(std::string_view text, std::size_t max_bytes = kMaxText);

/// The same for names in formats that know ASCII without space only: everything else
/// becomes `_`; empty text becomes `-`.
std::string clean_name(std::string_view text, std::size_t max_bytes);

bool is_utf8(std::string_view text);

}  // namespace vedette
