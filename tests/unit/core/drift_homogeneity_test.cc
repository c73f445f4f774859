#include "core/drift_homogeneity.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/drift_learning.h"

namespace vedette::drift {
namespace {

constexpr int kPanes = 128;
constexpr std::uint32_t kEvents = 40;

/// One column; `first(pane)` of the events of each pane are in the first of two bins.
template <class First>
BaselinePanes panes_of(First first) {
  BaselinePanes panes;
  panes.start = from_ms(1'772'409'600'000);
  panes.pane = 5 * kMinute;
  panes.columns = 1;
  for (int pane = 0; pane < kPanes; ++pane) {
    std::array<std::uint32_t, kJudged> cells{};
    cells[1] = first(pane);
    cells[2] = kEvents - cells[1];
    panes.n.push_back(kEvents);
    panes.cells.insert(panes.cells.end(), cells.begin(), cells.end());
  }
  return panes;
}

/// How many of a pane's events fall below `share`, by a fixed sequence.
class Draws {
 public:
  std::uint32_t operator()(double share) {
    std::uint32_t below = 0;
    for (std::uint32_t event = 0; event < kEvents; ++event) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      below += static_cast<double>(state_ >> 11) * 0x1p-53 < share ? 1 : 0;
    }
    return below;
  }

 private:
  std::uint64_t state_ = 1;
};

double unrest_of(const BaselinePanes& panes) {
  return unrest(ColumnBaseline(panes, 0), level_count(panes.size()), true);
}

TEST(DriftHomogeneity, samples_of_one_distribution_need_no_allowance) {
  Draws draws;
  const BaselinePanes panes = panes_of([&](int) { return draws(.5); });
  EXPECT_LT(unrest_of(panes), 2.3);
  const BaselineModel model = learn(panes, {ColumnFacts{true, false}}, Budget{1, 2});
  EXPECT_TRUE(model.columns[0].still);
  EXPECT_EQ(model.columns[0].allowance[0][0], 0);
}

TEST(DriftHomogeneity, what_is_restless_elsewhere_in_the_model_needs_one) {
  Draws draws;
  const BaselinePanes panes = panes_of([&](int) { return draws(.5); });
  const BaselineModel model = learn(panes, {ColumnFacts{true, true}}, Budget{1, 2});
  EXPECT_FALSE(model.columns[0].still);
  EXPECT_GT(model.columns[0].allowance[0][0], 0);
}

TEST(DriftHomogeneity, a_share_that_wanders_slowly_needs_one) {
  Draws draws;
  const BaselinePanes panes = panes_of([&](int pane) { return draws(pane / 32 % 2 == 0 ? .45 : .55); });
  EXPECT_GT(unrest_of(panes), 2.3);
  const BaselineModel model = learn(panes, {ColumnFacts{true, false}}, Budget{1, 2});
  EXPECT_FALSE(model.columns[0].still);
  EXPECT_GT(model.columns[0].allowance[0][0], 0);
}

TEST(DriftHomogeneity, windows_more_alike_than_samples_are_not_still) {
  EXPECT_TRUE(std::isinf(unrest_of(panes_of([](int pane) { return pane % 2 == 0 ? 22U : 18U; }))));
}

}  // namespace
}  // namespace vedette::drift
