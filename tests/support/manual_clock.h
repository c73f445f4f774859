#pragma once

#include <atomic>
#include <cstdint>

#include "vedette/clock.h"

namespace vedette {

/// A clock that stands until it is moved. Both times move together. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time wall = from_ms(1772446542123)) : wall_(to_ms(wall)) {}

  Time wall() const override { return from_ms(wall_.load()); }
  Duration monotonic() const override { return Duration{monotonic_.load()}; }
  void advance(Duration by) {
    wall_ += by.count();
    monotonic_ += by.count();
  }
  /// As when an operator or a time server sets the clock.
  void set_wall(Time wall) { wall_ = to_ms(wall); }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> monotonic_{1000};
};

}  // namespace vedette
