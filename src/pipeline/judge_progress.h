#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "pipeline/partial_log.h"
#include "vedette/detector.h"
#include "vedette/store.h"

namespace vedette {

/// How far the durable state is judged, and what was counted on the way.
struct JudgeProgress {
  struct Of {
    std::uint64_t findings = 0;
    std::uint64_t evicted = 0;
    Tally tally;
    PartialLog::ReadSoFar read;
  };
  Time judged = kDawn;  ///< Up to this watermark.
  Time evictions_checked = kDawn;
  std::map<std::string, Of, std::less<>> detectors;  ///< By instance.

  /// Nothing judged yet: as it begins. Damaged bytes stop.
  static Result<JudgeProgress> load(const Store& store);
  void save(Changes& changes) const;
};

}  // namespace vedette
