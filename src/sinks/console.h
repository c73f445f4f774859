#pragma once

#include <memory>

#include "vedette/sink.h"

namespace vedette {

/// Writes each message as lines to an open descriptor that it does not own (1: standard output);
/// waits at most `patience` for a reader that is slow. Delivered means: handed over.
/// The process must ignore SIGPIPE. A message may have several lines.
std::unique_ptr<Sink> make_console_sink(int descriptor, Duration patience = 2 * kSecond);

}  // namespace vedette
