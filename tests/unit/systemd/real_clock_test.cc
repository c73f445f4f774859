#include "adapters/systemd/real_clock.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(RealClock, wall_time_is_on_the_scale_of_event_time) {
  const RealClock clock;
  EXPECT_GT(clock.wall(), from_ms(1'700'000'000'000));
  EXPECT_LT(clock.wall(), from_ms(10'000'000'000'000));
}

TEST(RealClock, monotonic_time_never_goes_back) {
  const RealClock clock;
  const Duration first = clock.monotonic();
  EXPECT_GE(clock.monotonic(), first);
}

}  // namespace
}  // namespace vedette
