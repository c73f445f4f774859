#pragma once

#include "vedette/time.h"

namespace vedette {

/// Wall and monotonic time, injected. Serves lag metrics, retry, idle
/// partitions and silence; detectors know event time only. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time, on the scale of event time so that both can be compared.
  virtual Time wall() const = 0;
  /// Monotonic time since an arbitrary start.
  virtual Duration monotonic() const = 0;
};

}  // namespace vedette
