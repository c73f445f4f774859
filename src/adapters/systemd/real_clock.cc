#include "adapters/systemd/real_clock.h"

#include <chrono>

namespace vedette {

Time RealClock::wall() const {
  return Time{std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())};
}

Duration RealClock::monotonic() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace vedette
