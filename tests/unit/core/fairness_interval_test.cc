#include "core/fairness_interval.h"

#include <gtest/gtest.h>

namespace vedette::fairness {
namespace {

constexpr double kZ95 = 1.959964;

TEST(FairnessInterval, newcombe_agrees_with_the_published_example) {
  // Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10.
  const Interval around = newcombe({48, 80}, {56, 70}, kZ95);
  EXPECT_NEAR(around.low, 0.0524, 5e-5);
  EXPECT_NEAR(around.high, 0.3339, 5e-5);
}

TEST(FairnessInterval, wilson_stays_within_0_and_1) {
  EXPECT_EQ(wilson({0, 10}, kZ95).low, 0);
  EXPECT_NEAR(wilson({0, 10}, kZ95).high, 0.2775, 5e-5);
  EXPECT_NEAR(wilson({10, 10}, kZ95).high, 1, 1e-12);
  EXPECT_EQ(wilson({}, kZ95).high, 1);
}

TEST(FairnessInterval, katz_surrounds_the_ratio_and_is_total) {
  const Interval around = katz({300, 1000}, {500, 1000}, kZ95);
  EXPECT_NEAR(around.low, 0.6 / 1.1197, 2e-3);
  EXPECT_NEAR(around.high, 0.6 * 1.1197, 2e-3);
  EXPECT_GT(katz({0, 50}, {0, 50}, kZ95).high, 1);
  EXPECT_LT(katz({0, 500}, {400, 500}, kZ95).high, 0.1);
}

TEST(FairnessInterval, growth_is_surer_with_more_of_both) {
  const Interval small = growth(0, newcombe({50, 100}, {50, 100}, 3), 0.2, newcombe({30, 100}, {50, 100}, 3));
  const Interval large =
      growth(0, newcombe({5000, 10000}, {5000, 10000}, 3), 0.2, newcombe({300, 1000}, {500, 1000}, 3));
  EXPECT_LT(small.low, 0);
  EXPECT_GT(large.low, 0.1);
  EXPECT_LT(large.high, small.high);
}

TEST(FairnessInterval, a_design_effect_widens) {
  const Share share{300, 1000};
  EXPECT_LT(wilson(share.over(4), 3).low, wilson(share, 3).low);
  EXPECT_EQ(share.over(4).rate(), share.rate());
}

}  // namespace
}  // namespace vedette::fairness
