#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/log.h"

namespace vedette {

/// `text` without what could forge a line or steer a terminal: control characters (C0, C1,
/// DEL), direction overrides and invalid UTF-8 become `?`; cut to 1,024 bytes.
std::string printable(std::string_view text);

/// `message key=value key="value with spaces"`
std::string text_line(std::string_view message, std::initializer_list<Log::Field> fields);

/// `"message":"...","fields":{"key":"value"}`: what comes between time and closing brace.
std::string json_members(std::string_view message, std::initializer_list<Log::Field> fields);

}  // namespace vedette
