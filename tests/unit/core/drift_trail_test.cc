#include <gtest/gtest.h>

#include <algorithm>

#include "unit/core/drift_rows.h"

namespace vedette::drift_test {
namespace {

constexpr int kHours = 3600;
constexpr double kPerHour = 0.4;  ///< A twentieth of age's standard deviation.

/// One event per second; age rises slowly, and after `changed_from` hours is shifted as well.
std::vector<Row> walking_rows(int hours, double per_hour, int changed_from = 1000, Time from = kStart) {
  int second = 0;
  return rows_of({.seed = 5,
                  .from = from,
                  .events = hours * kHours,
                  .gap = Duration{1000},
                  .change = [=](Row& row, Noise& noise) mutable {
                    double& age = std::get<double>(row.values[0].second);
                    age += per_hour * ++second / kHours;
                    if (second > changed_from * kHours) shift_age(row, noise);
                  }});
}

RigOptions trailing(const std::string& distance, const std::string& learn_for = "1h") {
  RigOptions options;
  options.settings = {{"learn_for", learn_for}, {"trailing", distance}};
  return options;
}

std::size_t keys_of(const DriftRig& rig, char part) {
  return static_cast<std::size_t>(std::count_if(rig.state().begin(), rig.state().end(),
                                                [part](const auto& one) { return one.first[0] == part; }));
}

std::string trail_of(const DriftRig& rig) {
  const BaselineView view = rig.baselines().at(0);
  for (const std::string& line : view.details)
    if (line.find("anchor") != std::string::npos) return line;
  return {};
}

std::size_t told(const DriftRig& rig, const std::string& reason) {
  return static_cast<std::size_t>(
      std::count_if(rig.findings().begin(), rig.findings().end(), [&](const auto& one) {
        return std::find(one.second.reasons.begin(), one.second.reasons.end(), reason) !=
               one.second.reasons.end();
      }));
}

TEST(DriftTrail, a_slow_walk_is_followed_near_the_anchor) {
  const std::vector<Row> rows = walking_rows(16, kPerHour);
  DriftRig fixed(kind(), trailing("0"));
  fixed.watch(rows);
  EXPECT_FALSE(fixed.findings().empty());
  EXPECT_EQ(keys_of(fixed, 't') + keys_of(fixed, 'p'), 0U);
  DriftRig rig(kind(), trailing("2"));
  rig.watch(rows);
  EXPECT_TRUE(rig.findings().empty()) << rig.findings().front().second.what;
  EXPECT_TRUE(trail_of(rig).starts_with("trailing an anchor learned until ")) << trail_of(rig);
  EXPECT_GT(rig.baselines().at(0).to, kStart + 12 * kHour);
  EXPECT_EQ(rig.judged().held, 0U);
}

TEST(DriftTrail, beyond_the_anchor_it_stays_and_says_so) {
  DriftRig rig(kind(), trailing("0.03"));
  rig.watch(walking_rows(16, kPerHour));
  ASSERT_FALSE(rig.findings().empty());
  const Finding& first = rig.findings().front().second;
  EXPECT_EQ(first.reasons, std::vector<std::string>{"WALKED_AWAY"}) << first.what;
  EXPECT_EQ(first.subject, "age");
  EXPECT_EQ(first.effect_threshold, 0.03);
  EXPECT_GT(first.effect, 0.03);
  EXPECT_GT(told(rig, "MEAN_SHIFT"), 0U) << "whoever walks on is told by the baseline that stayed";
  EXPECT_EQ(rig.baselines().at(0).state, "held");
  EXPECT_NE(trail_of(rig).find(", too far to follow since "), std::string::npos) << trail_of(rig);
  EXPECT_EQ(rig.judged().held, 1U);
}

TEST(DriftTrail, back_near_the_anchor_it_follows_again) {
  std::vector<Row> rows = walking_rows(9, kPerHour);
  const std::vector<Row> back = walking_rows(6, 0, 1000, kStart + 9 * kHour);
  rows.insert(rows.end(), back.begin(), back.end());
  DriftRig rig(kind(), trailing("0.03"));
  rig.watch(rows);
  EXPECT_GT(told(rig, "WALKED_AWAY"), 0U);
  ASSERT_FALSE(rig.findings().empty());
  const Finding& last = rig.findings().back().second;
  EXPECT_EQ(last.group, "anchor") << last.what;
  EXPECT_EQ(last.phase, Finding::Phase::recovered);
  EXPECT_EQ(rig.judged().held, 0U);
}

TEST(DriftTrail, drift_is_not_learned) {
  DriftRig rig(kind(), trailing("8"));
  rig.watch(walking_rows(10, 0, 4));
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(told(rig, "RECOVERED"), 0U);
  EXPECT_LE(rig.baselines().at(0).to, kStart + 4 * kHour);
  EXPECT_EQ(keys_of(rig, 'p'), 0U) << "while it is told nothing is learned";
}

TEST(DriftTrail, drift_that_begins_at_the_end_of_a_span_is_not_learned) {
  for (const int minutes : {10, 25, 40, 55}) {
    DriftRig rig(kind(), trailing("8"));
    std::vector<Row> rows = walking_rows(8, 0);
    Noise noise(1);
    for (std::size_t i = 4 * kHours + static_cast<std::size_t>(minutes) * 60; i < rows.size(); ++i)
      shift_age(rows[i], noise);
    rig.watch(rows);
    ASSERT_FALSE(rig.findings().empty());
    EXPECT_LE(rig.baselines().at(0).to, rig.findings().front().second.at);
    EXPECT_EQ(told(rig, "RECOVERED"), 0U);
  }
}

TEST(DriftTrail, split_and_restarts_change_nothing) {
  const std::vector<Row> rows = walking_rows(12, kPerHour);
  DriftRig straight(kind(), trailing("0.03"));
  straight.watch(rows);
  ASSERT_FALSE(straight.findings().empty());
  RigOptions options = trailing("0.03");
  options.partitions = 3;
  options.batch_rows = 100;
  options.restart_each_step = true;
  DriftRig carried(kind(), options);
  carried.watch(rows);
  EXPECT_EQ(encoded(carried), encoded(straight));
  EXPECT_EQ(carried.baselines().at(0).details, straight.baselines().at(0).details);
  EXPECT_EQ(carried.judged().held, straight.judged().held);
}

TEST(DriftTrail, follows_a_recorded_baseline_with_longer_windows) {
  RigOptions before = recorded();
  before.settings = {{"learn_for", "1h"}};
  DriftRig recording(kind(), before);
  recording.learn(walking_rows(6, 0));
  const std::vector<Row> rows = walking_rows(8, kPerHour, 1000, kStart + 6 * kHour);
  const auto run = [&](bool restarts) {
    RigOptions options = trailing("2");
    options.restart_each_step = restarts;
    DriftRig rig(kind(), options);
    rig.adopt(recording);
    rig.watch(rows);
    EXPECT_TRUE(rig.findings().empty()) << rig.findings().front().second.what;
    EXPECT_TRUE(trail_of(rig).starts_with("trailing an anchor learned until ")) << trail_of(rig);
    EXPECT_NE(rig.baselines().at(0).details.front(), recording.baselines().at(0).details.front());
    return rig.baselines().at(0).details;
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(DriftTrail, what_is_promoted_is_the_new_anchor) {
  DriftRig rig(kind(), trailing("0.03"));
  const std::vector<Row> rows = walking_rows(11, kPerHour);
  rig.watch({rows.begin(), rows.begin() + 10 * kHours});
  ASSERT_EQ(rig.judged().held, 1U);
  RigOptions before = recorded();
  DriftRig recording(kind(), before);
  recording.learn({rows.begin() + 4 * kHours, rows.begin() + 10 * kHours});
  rig.promote(recording, "m");
  EXPECT_EQ(trail_of(rig), "");
  EXPECT_EQ(rig.judged().held, 0U);
  EXPECT_EQ(keys_of(rig, 't'), 0U);
  rig.watch({rows.begin() + 10 * kHours, rows.end()});
  EXPECT_EQ(keys_of(rig, 't'), 1U) << "the next one is being learned";
}

TEST(DriftTrail, with_approval_nothing_takes_over) {
  RigOptions before = recorded();
  DriftRig recording(kind(), before);
  recording.learn(walking_rows(6, 0));
  RigOptions options = trailing("2");
  options.common.approval = true;
  DriftRig rig(kind(), options);
  rig.adopt(recording);
  rig.watch(walking_rows(4, 0, 1000, kStart + 6 * kHour));
  EXPECT_TRUE(trail_of(rig).starts_with("is the anchor; ")) << trail_of(rig);
  EXPECT_EQ(rig.baselines().at(0).to, recording.baselines().at(0).to);
}

TEST(DriftTrail, switched_off_it_leaves_the_baseline_that_is_in_force) {
  DriftRig before(kind(), trailing("2"));
  before.watch(walking_rows(6, 0));
  ASSERT_GT(keys_of(before, 'p'), 0U);
  DriftRig after(kind(), trailing("0"));
  after.adopt(before);
  after.watch(walking_rows(1, 0, 1000, kStart + 6 * kHour));
  EXPECT_EQ(keys_of(after, 'p'), 0U);
  EXPECT_EQ(after.baselines().at(0).to, before.baselines().at(0).to);
}

TEST(DriftTrail, damaged_state_is_refused) {
  DriftRig rig(kind(), trailing("2"));
  rig.watch(walking_rows(6, 0));
  for (const auto& [key, bytes] : rig.state()) {
    if (key[0] != 't') continue;
    const auto detector = kind().plan();
    auto built = detector->build({});
    ASSERT_TRUE(built.ok());
    const auto judge = (*built)->judge();
    for (const auto& [other, value] : rig.state()) {
      if (other[0] < 't') {
        ASSERT_TRUE(judge->load(other, value).ok());
      }
    }
    EXPECT_FALSE(judge->load(key, std::string_view(bytes).substr(0, bytes.size() / 2)).ok());
    EXPECT_TRUE(judge->load(key, bytes).ok());
    return;
  }
  FAIL() << "nothing to damage";
}

}  // namespace
}  // namespace vedette::drift_test
