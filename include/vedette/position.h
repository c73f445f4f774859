#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "vedette/time.h"

namespace vedette {

struct PartitionId {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

/// Topic, partition, offset.
struct Position {
  PartitionId partition;
  std::int64_t offset = 0;
};

/// One message as it came: bytes with their offset. The bytes belong to whoever
/// read them and live until that reader's next read.
struct Record {
  std::int64_t offset = 0;
  Time broker_time = kDawn;  ///< kDawn: not known (files).
  std::string_view bytes;
};

}  // namespace vedette
