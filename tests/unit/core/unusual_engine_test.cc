#include <gtest/gtest.h>

#include "unit/core/drift_rows.h"
#include "vedette/unusual_output.h"

namespace vedette {
namespace {

using drift_test::DriftRig;
using drift_test::encoded;
using drift_test::kStart;
using drift_test::Noise;
using drift_test::Plan;
using drift_test::RigOptions;
using drift_test::Row;
using drift_test::rows_of;

struct Params {
  UnusualSettings settings;
  void describe(Settings& table) { settings.describe(table); }
  Result<std::unique_ptr<Detector>> build(const Common& common) const {
    return make_unusual_detector(settings, common);
  }
};

DetectorKind kind() {
  DetectorKind result{};
  result.name = "unusual";
  result.plan = plan_of<Params>;
  return result;
}

RigOptions options(bool recorded) {
  RigOptions result;
  result.common.recorded = recorded;
  result.common.window = 10 * kSecond;
  result.settings = {{"learn_for", "4h"}};
  return result;
}

constexpr Time kBreak = kStart + 6 * kHour;

/// One event in forty has an age that nobody has.
void odd_ages(Row& row, Noise& noise) {
  if (row.time >= kBreak && noise.uniform() < .025) row.values[0].second = 400.0;
}

std::vector<Row> eight_hours(std::function<void(Row&, Noise&)> change = nullptr) {
  return rows_of({.seed = 3, .events = 14400, .gap = 2 * kSecond, .change = std::move(change)});
}

std::vector<Row> baseline() {
  return rows_of({.seed = 8, .from = kStart - 4 * kHour, .events = 7200, .gap = 2 * kSecond, .change = {}});
}

TEST(UnusualEngine, tells_more_odd_events_once_it_has_learned) {
  DriftRig rig(kind(), options(false));
  rig.watch(eight_hours(odd_ages));
  ASSERT_FALSE(rig.findings().empty());
  const Finding& first = rig.findings().front().second;
  EXPECT_GE(*first.change_since, kBreak - kHour);
  EXPECT_LT(first.at, kBreak + kHour);
  EXPECT_EQ(first.reasons.front(), "UNUSUAL_EVENTS");
  EXPECT_NEAR(first.effect, 0.025, 0.02);
  EXPECT_EQ(first.top.front().name, "age");
  EXPECT_NE(first.what.find("age = 400"), std::string::npos) << first.what;
}

TEST(UnusualEngine, learns_from_recorded_events) {
  DriftRig rig(kind(), options(true));
  rig.learn(baseline());
  ASSERT_EQ(rig.baselines().size(), 1U);
  EXPECT_EQ(rig.baselines().front().state, "watching");
  EXPECT_EQ(rig.baselines().front().events, 7200);
  rig.watch(eight_hours(odd_ages));
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_GE(rig.findings().front().second.at, kBreak);
}

TEST(UnusualEngine, an_adopted_baseline_judges_as_one_that_was_learned_in_place) {
  DriftRig learned(kind(), options(true));
  learned.learn(baseline());
  DriftRig rig(kind(), options(false));
  rig.promote(learned, "m");
  rig.watch(eight_hours(odd_ages));
  learned.watch(eight_hours(odd_ages));
  ASSERT_FALSE(learned.findings().empty());
  EXPECT_EQ(encoded(rig), encoded(learned));
}

TEST(UnusualEngine, an_adopted_baseline_takes_over_where_another_was_in_force) {
  DriftRig learned(kind(), options(true));
  learned.learn(rows_of({.seed = 8, .events = 7200, .gap = 2 * kSecond, .change = [](Row& row, Noise& noise) {
                           if (noise.uniform() < .025) row.values[0].second = 400.0;
                         }}));
  DriftRig rig(kind(), options(true));
  rig.learn(baseline());
  rig.promote(learned, "m");
  rig.watch(eight_hours(odd_ages));
  EXPECT_TRUE(rig.findings().empty()) << rig.findings().front().second.what;
}

TEST(UnusualEngine, what_was_learned_live_waits_for_approval_where_that_is_asked) {
  RigOptions asked = options(false);
  asked.common.approval = true;
  asked.restart_each_step = true;
  DriftRig rig(kind(), asked);
  const std::vector<Row> rows = eight_hours(odd_ages);
  rig.watch(rows);
  EXPECT_TRUE(rig.findings().empty());
  ASSERT_EQ(rig.baselines().size(), 1U);
  EXPECT_EQ(rig.baselines().front().state, "waiting");
  DriftRig approved(kind(), asked);
  const auto middle = rows.begin() + 5 * 1800;
  approved.watch({rows.begin(), middle});
  approved.promote(approved, "m");
  EXPECT_EQ(approved.baselines().front().state, "watching");
  approved.watch({middle, rows.end()});
  ASSERT_FALSE(approved.findings().empty());
  EXPECT_GE(approved.findings().front().second.at, kBreak);
}

TEST(UnusualEngine, is_silent_about_usual_events) {
  for (const bool recorded : {true, false}) {
    DriftRig rig(kind(), options(recorded));
    if (recorded) rig.learn(baseline());
    rig.watch(eight_hours());
    EXPECT_TRUE(rig.findings().empty()) << rig.findings().front().second.what;
  }
}

TEST(UnusualEngine, results_do_not_depend_on_restarts_or_partitions) {
  const std::vector<Row> rows = eight_hours(odd_ages);
  DriftRig plain(kind(), options(false));
  plain.watch(rows);
  ASSERT_FALSE(plain.findings().empty());
  RigOptions restarts = options(false);
  restarts.restart_each_step = true;
  DriftRig restarted(kind(), restarts);
  restarted.watch(rows);
  EXPECT_EQ(encoded(restarted), encoded(plain));
  RigOptions split = options(false);
  split.partitions = 3;
  DriftRig parts(kind(), split);
  parts.watch(rows);
  EXPECT_EQ(encoded(parts), encoded(plain));
}

TEST(UnusualEngine, many_versions_are_bounded) {
  RigOptions few = options(false);
  few.common.max_keys = 8;
  DriftRig rig(kind(), few);
  std::vector<Row> rows = rows_of({.events = 4000, .gap = 2 * kSecond, .change = [](Row& row, Noise& noise) {
                                     row.version = std::to_string(static_cast<int>(noise.uniform() * 500));
                                   }});
  rig.watch(rows);
  EXPECT_LE(rig.baselines().size(), 8U);
  EXPECT_GT(rig.judged().evicted, 0U);
}

}  // namespace
}  // namespace vedette
