#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/drift_judge.h"
#include "unit/core/drift_rows.h"

namespace vedette::drift_test {
namespace {

RigOptions live() {
  RigOptions options;
  options.settings = {{"learn_for", "1h"}};
  return options;
}

/// Six hours of one event per second; `change` applies to the last `changed` of them.
std::vector<Row> live_rows(int changed, const std::function<void(Row&, Noise&)>& change,
                           std::uint64_t seed = 3) {
  constexpr int kEvents = 6 * 3600;
  int number = 0;
  return rows_of({.seed = seed,
                  .from = kStart,
                  .events = kEvents,
                  .gap = Duration{1000},
                  .change = [=](Row& row, Noise& noise) mutable {
                    if (++number > kEvents - changed) change(row, noise);
                  }});
}

TEST(DriftLive, learns_by_itself_and_then_finds_a_shift) {
  DriftRig rig(kind(), live());
  rig.watch(live_rows(3000, shift_age));
  ASSERT_EQ(rig.directives().size(), 2U);
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(rig.findings().front().second.subject, "age");
  EXPECT_TRUE(rig.findings().front().second.provisional);
  EXPECT_EQ(rig.observed().unwatched, 0U);
}

TEST(DriftLive, directives_leave_observers_their_horizon) {
  DriftRig rig(kind(), live());
  rig.watch(live_rows(0, shift_age));
  for (const Directive& directive : rig.directives()) {
    EXPECT_EQ(directive.effective, floor_to(directive.effective, 10 * kSecond));
    EXPECT_GT(directive.effective, kStart + kHorizon);
  }
  EXPECT_TRUE(rig.findings().empty());
}

TEST(DriftLive, split_and_restarts_change_nothing) {
  DriftRig straight(kind(), live());
  straight.watch(live_rows(3000, shift_age));
  ASSERT_FALSE(straight.findings().empty());
  RigOptions options = live();
  options.partitions = 3;
  options.batch_rows = 100;
  options.restart_each_step = true;
  DriftRig carried(kind(), options);
  carried.watch(live_rows(3000, shift_age));
  EXPECT_EQ(carried.directives().size(), straight.directives().size());
  for (std::size_t i = 0; i < straight.directives().size(); ++i) {
    EXPECT_EQ(carried.directives()[i].bytes, straight.directives()[i].bytes);
    EXPECT_EQ(carried.directives()[i].effective, straight.directives()[i].effective);
  }
  EXPECT_EQ(encoded(carried), encoded(straight));
}

TEST(DriftLive, baseline_that_has_not_settled_is_learned_longer) {
  DriftRig calm(kind(), live());
  calm.watch(live_rows(0, shift_age));
  DriftRig moving(kind(), live());
  int number = 0;
  moving.watch(live_rows(6 * 3600, [number](Row& row, Noise& noise) mutable {
    if (++number > 4200) shift_age(row, noise);  // In the last quarter of the learning time.
  }));
  ASSERT_EQ(calm.directives().size(), 2U);
  ASSERT_EQ(moving.directives().size(), 2U);
  EXPECT_GT(moving.directives()[1].effective, calm.directives()[1].effective);
  EXPECT_LE(moving.directives()[1].effective, calm.directives()[1].effective + kHour);
}

TEST(DriftLive, baseline_of_too_few_panes_is_learned_until_it_can_judge) {
  // One event in 25 s: panes of 15 minutes, of which an hour and its double have too few.
  int number = 0;
  DriftRig rig(kind(), live());
  rig.watch(rows_of({.seed = 5,
                     .from = kStart,
                     .events = 4000,
                     .gap = Duration{25'000},
                     .change = [&number](Row& row, Noise& noise) {
                       if (++number > 2500) shift_age(row, noise);
                     }}));
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(rig.findings().front().second.subject, "age");
}

TEST(DriftLive, version_that_is_still_learning_has_its_share_of_the_budget) {
  const std::vector<Row> rows = live_rows(3000, shift_age);
  DriftRig alone(kind(), live());
  alone.watch(rows);
  std::vector<Row> both;
  for (const Row& row : rows) {
    both.push_back(row);
    if (row.time < kStart + kHour / 2) continue;
    both.push_back(row);
    both.back().version = "2";
    both.back().identity = mix64(row.identity);
  }
  DriftRig shared(kind(), live());
  shared.watch(both);
  ASSERT_FALSE(alone.findings().empty());
  const auto first = std::find_if(shared.findings().begin(), shared.findings().end(),
                                  [](const auto& one) { return one.second.entity.version == "1"; });
  ASSERT_NE(first, shared.findings().end());
  EXPECT_GT(first->second.effect_threshold, alone.findings().front().second.effect_threshold);
}

TEST(DriftLive, invented_models_push_out_no_watched_one) {
  RigOptions options = live();
  options.common.max_keys = 4;
  DriftRig rig(kind(), options);
  std::vector<Row> rows = live_rows(3000, shift_age);
  for (std::size_t i = 0; i < rows.size(); i += 7) rows[i].model = "invented" + std::to_string(i);
  rig.watch(rows);
  ASSERT_FALSE(rig.findings().empty());
  for (const auto& [ripe, finding] : rig.findings()) EXPECT_EQ(finding.entity.model, "m");
  EXPECT_GT(rig.judged().evicted, 0U);
  EXPECT_LE(rig.judged().keys, 4U);
}

TEST(DriftLive, what_is_pushed_out_leaves_nothing_in_the_store) {
  for (const bool restarts : {false, true}) {
    RigOptions options = live();
    options.common.max_keys = 4;
    options.restart_each_step = restarts;
    DriftRig rig(kind(), options);
    std::vector<Row> rows = live_rows(3000, shift_age);
    for (std::size_t i = 0; i < rows.size(); i += 7) rows[i].model = "invented" + std::to_string(i);
    rig.watch(rows);
    std::set<std::string> scopes;
    for (const auto& [key, bytes] : rig.state()) scopes.emplace(drift::parse_key(key)->scope);
    EXPECT_LE(scopes.size(), 4U);
  }
}

}  // namespace
}  // namespace vedette::drift_test
