#include "adapters/kafka/wake_up.h"

#include <gtest/gtest.h>

namespace vedette::kafka {
namespace {

constexpr Duration kFarAway{3600 * 1000};

TEST(WakeUp, a_signal_before_the_wait_ends_it_at_once) {
  WakeUp wake_up;
  wake_up.signal();
  wake_up.wait(kFarAway);
}

TEST(WakeUp, without_a_signal_the_wait_runs_out) {
  WakeUp wake_up;
  wake_up.wait(Duration{1});
}

TEST(WakeUp, every_thread_sees_every_signal) {
  WakeUp wake_up;
  std::thread one([&] { wake_up.wait(kFarAway); });
  std::thread other([&] { wake_up.wait(kFarAway); });
  wake_up.signal();
  one.join();
  other.join();
}

}  // namespace
}  // namespace vedette::kafka
