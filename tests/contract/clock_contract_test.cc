// What every Clock promises (include/vedette/clock.h).

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/systemd/real_clock.h"
#include "support/manual_clock.h"

namespace vedette {
namespace {

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Clock>()> make;
};

class ClockContract : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Clock> clock_ = GetParam().make();
};

TEST_P(ClockContract, monotonic_time_never_goes_back) {
  Duration last = clock_->monotonic();
  for (int i = 0; i < 10000; ++i) {
    const Duration now = clock_->monotonic();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST_P(ClockContract, wall_time_is_on_the_scale_of_event_time) {
  EXPECT_GT(clock_->wall(), from_ms(1704067200000));  // 2024
  EXPECT_LT(clock_->wall(), from_ms(4102444800000));  // 2100
}

TEST_P(ClockContract, may_be_read_by_any_thread) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([this] {
      for (int i = 0; i < 1000; ++i) EXPECT_GT(clock_->wall() + clock_->monotonic(), kDawn);
    });
}

INSTANTIATE_TEST_SUITE_P(Clocks, ClockContract,
                         testing::Values(Kind{"manual", [] { return std::make_unique<ManualClock>(); }},
                                         Kind{"real", [] { return std::make_unique<RealClock>(); }}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(ManualClock, stands_until_it_is_moved) {
  ManualClock clock(from_ms(5000));
  EXPECT_EQ(clock.wall(), from_ms(5000));
  const Duration before = clock.monotonic();
  clock.advance(Duration{250});
  EXPECT_EQ(clock.wall(), from_ms(5250));
  EXPECT_EQ(clock.monotonic() - before, Duration{250});
  clock.set_wall(from_ms(1));
  EXPECT_EQ(clock.monotonic() - before, Duration{250});
}

}  // namespace
}  // namespace vedette
