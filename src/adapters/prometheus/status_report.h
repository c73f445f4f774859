#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vedette/baseline.h"
#include "vedette/time.h"

namespace vedette {

/// Whether something is well, and if not, every reason why, in words from a closed set.
struct HealthReport {
  bool ok = true;
  std::vector<std::string> reasons;
};

/// What GET /status shows. Holds no secret and no principal: whoever fills it sees to that.
struct StatusReport {
  struct Partition {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t next_offset = 0;
    std::int64_t lag = -1;   ///< Records; -1 = not known.
    Time watermark = kDawn;  ///< kDawn = no event yet.
  };
  struct Outlet {
    std::string name;  ///< Of the sink.
    std::uint64_t pending = 0;
    std::string trouble;  ///< Why it does not deliver; empty = it does.
  };
  std::vector<std::pair<std::string, std::string>> build;  ///< version, commit, ...
  std::string config_hash;
  Time started = kDawn;  ///< Wall time.
  Time judged = kDawn;   ///< All panes ripe at this event time are judged.
  HealthReport health;
  HealthReport readiness;
  std::vector<Partition> partitions;
  std::vector<Outlet> sinks;
  std::vector<BorrowedByDetector> borrowed;
  std::vector<std::pair<std::string, double>> numbers;  ///< Anything else worth a glance.
};

/// JSON objects. Bytes that are not UTF-8 are replaced, so that this cannot fail.
std::string to_json(const HealthReport& report);
std::string to_json(const StatusReport& report);

}  // namespace vedette
