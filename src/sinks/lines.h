#pragma once

#include <span>
#include <string>

#include "vedette/sink.h"

namespace vedette {

/// The messages as lines. A line end inside a message becomes a space: one message, one line.
inline std::string join_lines(std::span<const Message> messages) {
  std::string out;
  for (const Message& message : messages) {
    for (const char c : message.bytes) out.push_back(c == '\n' || c == '\r' ? ' ' : c);
    out.push_back('\n');
  }
  return out;
}

}  // namespace vedette
