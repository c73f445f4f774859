#include "core/baseline_diff.h"

#include <gtest/gtest.h>

namespace vedette {
namespace {

BaselineView view_of(BaselineColumn column, double events = 10'000) {
  BaselineView view;
  view.events = events;
  view.columns.push_back(std::move(column));
  return view;
}

BaselineColumn numbers(std::vector<double> edges, std::vector<double> shares, double null = 0) {
  return {"x", true, std::move(edges), {}, std::move(shares), 0, null};
}

BaselineColumn words(std::vector<std::string> values, std::vector<double> shares, double other = 0) {
  return {"x", false, {}, std::move(values), std::move(shares), other, 0};
}

double distance(const BaselineColumn& before, const BaselineColumn& after) {
  return differences(view_of(before), view_of(after)).at(0).distance;
}

TEST(baseline_diff, one_spread_in_other_bins_is_no_difference) {
  EXPECT_NEAR(
      distance(numbers({0, 1, 2, 4}, {.25, .25, .5}), numbers({0, .5, 1.5, 3, 4}, {.125, .25, .375, .25})), 0,
      1e-12);
}

TEST(baseline_diff, distance_is_that_of_the_detectors) {
  // 4 ((sqrt .7 - sqrt .5)^2 + (sqrt .3 - sqrt .5)^2)
  EXPECT_NEAR(distance(numbers({0, 1, 2}, {.5, .5}), numbers({0, 1, 2}, {.7, .3})), .16875, 1e-5);
  EXPECT_NEAR(distance(words({"a", "b"}, {.5, .5}), words({"b", "a"}, {.3, .7})), .16875, 1e-5);
}

TEST(baseline_diff, spreads_that_do_not_meet_are_far_apart) {
  // All in the last of four bins: 4 (3 / 4 + (1 - 1 / 2)^2)
  EXPECT_NEAR(distance(numbers({0, 1, 2, 3, 4}, {.25, .25, .25, .25}), numbers({7, 8}, {1})), 4, 1e-9);
  EXPECT_NEAR(distance(numbers({3, 3}, {1}), numbers({4, 4}, {1})), 8, 1e-9);
  EXPECT_NEAR(distance(numbers({3, 3}, {1}), numbers({3, 3}, {1})), 0, 1e-9);
}

TEST(baseline_diff, values_that_the_other_does_not_name_are_among_its_rest) {
  EXPECT_NEAR(distance(words({"a", "b"}, {.6, .1}, .3), words({"a"}, {.6}, .4)), 0, 1e-9);
  EXPECT_GT(distance(words({"a"}, {1}), words({"b"}, {1})), 7.9);
}

TEST(baseline_diff, nulls_count) {
  const auto found = differences(view_of(numbers({0, 1}, {1}, 0)), view_of(numbers({0, 1}, {.8}, .2))).at(0);
  EXPECT_GT(found.distance, .2);
  EXPECT_NE(found.what.find("null: 0 % -> 20 %"), std::string::npos) << found.what;
}

TEST(baseline_diff, chance_is_the_mean_of_two_samples) {
  const auto found = differences(view_of(numbers({0, 1, 2, 3}, {.3, .3, .4}), 1000),
                                 view_of(numbers({0, 1, 2, 3}, {.3, .3, .4}), 500))
                         .at(0);
  EXPECT_NEAR(found.chance, 2 * (1 / 1000.0 + 1 / 500.0), 1e-12);
}

TEST(baseline_diff, columns_of_one_side_come_first) {
  BaselineView before = view_of(numbers({0, 1}, {1}));
  BaselineView after = view_of(numbers({0, 1}, {1}));
  after.columns.push_back(words({"a"}, {1}));
  after.columns.back().name = "y";
  const auto all = differences(before, after);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "y");
  EXPECT_FALSE(all[0].before);
  EXPECT_TRUE(all[0].after);
  EXPECT_EQ(all[0].what, "is new");
}

}  // namespace
}  // namespace vedette
