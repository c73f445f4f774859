#include "core/drift_life.h"

#include <gtest/gtest.h>

namespace vedette::drift {
namespace {

constexpr Duration kPane = 10 * kSecond;

/// One column, one level; a look of each ratio after the other. Answers at which of them an alert opened.
std::vector<int> opened_at(const std::vector<double>& ratios) {
  AlertLife life(1, 1);
  std::vector<int> opened;
  int at = 0;
  for (const double ratio : ratios) {
    ++at;
    for (const Transition& transition : life.step(at, from_ms(0) + at * kPane, {{0, 0, ratio}}))
      if (transition.kind == Transition::Kind::opened) opened.push_back(at);
  }
  return opened;
}

TEST(DriftLife, a_look_far_above_the_limit_opens_at_once) {
  EXPECT_EQ(opened_at({.4, 1.2}), std::vector<int>{2});
}

TEST(DriftLife, a_look_just_above_the_limit_waits_for_the_next) {
  EXPECT_EQ(opened_at({.4, 1.05, .9, .8}), std::vector<int>{});
  EXPECT_EQ(opened_at({.4, 1.05, 1.02}), std::vector<int>{3});
  EXPECT_EQ(opened_at({.4, 1.05, .9, 1.05, 1.01}), std::vector<int>{5});
}

TEST(DriftLife, looks_of_another_level_do_not_confirm) {
  AlertLife life(1, 2);
  EXPECT_TRUE(life.step(1, from_ms(0) + kPane, {{0, 0, 1.05}}).empty());
  EXPECT_TRUE(life.step(2, from_ms(0) + 2 * kPane, {{0, 0, .9}, {0, 1, 1.05}}).empty());
}

TEST(DriftLife, what_is_open_stays_open_above_the_limit) {
  AlertLife life(1, 1);
  life.step(1, from_ms(0) + kPane, {{0, 0, 2.0}});
  for (int at = 2; at < 20; ++at) life.step(at, from_ms(0) + at * kPane, {{0, 0, at % 2 == 0 ? 1.05 : .9}});
  EXPECT_EQ(life.open_alerts(), 1U);
}

}  // namespace
}  // namespace vedette::drift
