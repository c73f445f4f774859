#include "core/fairness_window.h"

#include <gtest/gtest.h>

#include <random>

namespace vedette::fairness {
namespace {

constexpr labels::Name kEu = 1;
constexpr labels::Name kLatam = 2;
constexpr Time kStart = from_ms(1'773'619'200'000);

/// Blocks of a minute; rates of both groups swing together by `common`, and apart by `apart`.
Blocks blocks_of(int count, double common, double apart) {
  std::mt19937_64 random(3);
  std::normal_distribution<> normal;
  Blocks blocks;
  for (int i = 0; i < count; ++i) {
    const double swing = common * normal(random);
    Cells& cells = blocks[kStart + i * kMinute];
    for (const labels::Name group : {kEu, kLatam}) {
      const double rate = std::clamp(0.5 + swing + apart * normal(random), 0.0, 1.0);
      cells[group][0] = {100, std::binomial_distribution<std::uint64_t>(100, rate)(random)};
    }
  }
  return blocks;
}

double effect(const Blocks& blocks) {
  const Time end = kStart + static_cast<std::int64_t>(blocks.size()) * kMinute;
  return design_effect(Window(blocks, end - 4 * kMinute, end), kEu, kLatam, Metric::selection, 4)
      .value_or(-1);
}

TEST(FairnessWindow, independent_answers_need_no_wider_interval) {
  EXPECT_GT(effect(blocks_of(200, 0, 0)), 1);
  EXPECT_LT(effect(blocks_of(200, 0, 0)), 1.6);
}

TEST(FairnessWindow, what_moves_both_groups_is_no_straying) { EXPECT_LT(effect(blocks_of(200, 0.2, 0)), 2); }

TEST(FairnessWindow, what_moves_them_apart_is) { EXPECT_GT(effect(blocks_of(200, 0, 0.15)), 4); }

TEST(FairnessWindow, too_few_earlier_windows_tell_nothing) {
  EXPECT_EQ(effect(blocks_of(12, 0, 0)), -1);
  EXPECT_GT(effect(blocks_of(24, 0, 0)), 0);
}

TEST(FairnessWindow, a_pause_is_no_window) {
  Blocks blocks = blocks_of(24, 0, 0);
  Blocks moved;
  for (auto& [start, cells] : blocks)
    moved[start - (start < kStart + 12 * kMinute ? 30 * kDay : Duration{0})] = cells;
  const Time end = kStart + 24 * kMinute;
  const Window window(moved, end - 4 * kMinute, end);
  window.look_back();
  EXPECT_EQ(window.before.size(), 5U);
}

}  // namespace
}  // namespace vedette::fairness
