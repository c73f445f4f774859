#pragma once

#include <string>

#include "vedette/bytes.h"
#include "vedette/position.h"

namespace vedette {

/// A record that no decoder accepted, with where it came from and why. `bytes` is the record
/// itself, or empty where records must not be kept as they came.
struct DeadLetter {
  Position position;
  Time broker_time = kDawn;
  std::string reason;  ///< Code of a closed set.
  std::string detail;  ///< Without payload.
  std::string bytes;
};

void encode(const DeadLetter& letter, ByteWriter& out);
/// Total; `in.ok()` says whether it was a dead letter.
DeadLetter decode_dead_letter(ByteReader& in);

}  // namespace vedette
