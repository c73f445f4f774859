#pragma once

#include <string>
#include <string_view>

#include "core/dead_letter.h"
#include "vedette/sink.h"

namespace vedette {

/// A rejected record as one line of JSON: time, reason, position, payload. A payload that is not
/// UTF-8 is written as base64. Pure and total.
std::string dead_letter_json(const DeadLetter& letter, Time logged_at);

/// The same for a topic: the record as it came, with headers that say from where and why. Where the
/// record was not kept, its JSON form stands in.
Message dead_letter_message(const DeadLetter& letter, Time logged_at);

/// A message that a sink refused or that grew too old, as one line of JSON.
std::string refused_json(const Message& message, std::string_view sink, std::string_view why, Time at);

}  // namespace vedette
