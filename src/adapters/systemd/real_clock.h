#pragma once

#include "vedette/clock.h"

namespace vedette {

/// The machine's time; the one place that asks for it. `monotonic` is CLOCK_MONOTONIC.
class RealClock final : public Clock {
 public:
  Time wall() const override;
  Duration monotonic() const override;
};

}  // namespace vedette
