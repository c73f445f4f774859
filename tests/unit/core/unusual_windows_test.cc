#include "core/unusual_windows.h"

#include <gtest/gtest.h>

#include <map>

namespace vedette::unusual {
namespace {

constexpr Time kStart = from_ms(1'773'619'200'000);  // Midnight.

/// Panes of ten seconds, one event each.
class Bench {
 public:
  void pane(int number) {
    Counts counts;
    counts.events = 1;
    windows.add(
        kStart + number * 10 * kSecond, 10 * kSecond, counts,
        [this](int length, Time end) {
          std::uint64_t events = 0;
          for (const Span* span : windows.window(length, end, 10 * kSecond)) events += span->counts.events;
          looked[{length, (end - kStart) / (10 * kSecond)}] = events;
        },
        [this](int length, const Counts& window) { apart[length] += window.events; });
  }
  Windows windows;
  std::map<std::pair<int, std::int64_t>, std::uint64_t> looked;  ///< Events by length and end.
  std::map<int, std::uint64_t> apart;
};

TEST(UnusualWindows, quarters_of_one_length_make_those_of_the_next) {
  Bench bench;
  for (int i = 0; i < 64; ++i) bench.pane(i);
  EXPECT_EQ((bench.looked[{0, 4}]), 4U);
  EXPECT_EQ((bench.looked[{0, 5}]), 4U) << "windows slide by a quarter";
  EXPECT_EQ((bench.looked[{1, 16}]), 16U);
  EXPECT_EQ((bench.looked[{1, 20}]), 16U);
  EXPECT_EQ((bench.looked[{2, 64}]), 64U);
  EXPECT_EQ(bench.apart[0], 64U) << "each event once";
  EXPECT_EQ(bench.apart[2], 64U);
}

TEST(UnusualWindows, what_came_before_a_gap_is_passed_on_and_then_dropped) {
  Bench bench;
  for (const int i : {0, 1, 2, 1000}) bench.pane(i);
  EXPECT_EQ((bench.looked[{1, 4}]), 3U);
  EXPECT_EQ((bench.looked[{2, 16}]), 3U);
  EXPECT_EQ((bench.looked[{0, 1001}]), 1U);
}

TEST(UnusualWindows, survive_saving_at_any_pane) {
  Bench plain;
  Bench restarted;
  for (int i = 0; i < 90; i += 1 + i % 3) {
    plain.pane(i);
    restarted.pane(i);
    Windows loaded;
    for (int length = 0; length < kLengths; ++length)
      ASSERT_TRUE(loaded.decode(length, restarted.windows.encode(length)));
    restarted.windows = loaded;
  }
  EXPECT_EQ(restarted.looked, plain.looked);
  EXPECT_EQ(restarted.apart, plain.apart);
}

}  // namespace
}  // namespace vedette::unusual
