#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/drift_partial.h"
#include "unit/core/drift_rows.h"

namespace vedette::drift_test {
namespace {

constexpr int kHours = 3600;

/// One event per second of this version.
std::vector<Row> version_rows(const std::string& version, Time from, int events,
                              const std::function<void(Row&, Noise&)>& change, std::uint64_t seed = 11) {
  return rows_of({.seed = seed,
                  .from = from,
                  .events = events,
                  .gap = Duration{1000},
                  .change = [&](Row& row, Noise& noise) {
                    row.version = version;
                    if (change) change(row, noise);
                  }});
}

void shift_much(Row& row, Noise&) { row.values[0].second = std::get<double>(row.values[0].second) + 20; }

RigOptions with(const std::map<std::string, std::string>& settings) {
  RigOptions options;
  options.settings = settings;
  return options;
}

/// What rows teach, watched on.
std::unique_ptr<DriftRig> learned(const std::vector<Row>& rows, const RigOptions& options) {
  RigOptions before = recorded();
  before.settings = options.settings;
  DriftRig recording(kind(), before);
  recording.learn(rows);
  auto rig = std::make_unique<DriftRig>(kind(), options);
  rig->adopt(recording);
  return rig;
}

/// Version 7 was learned for six hours; then the rows of others come.
class Rollout {
 public:
  explicit Rollout(const RigOptions& options = with({{"learn_for", "6h"}}))
      : rig_(learned(version_rows("7", kStart, 6 * kHours, nullptr), options)) {}
  DriftRig& rig() { return *rig_; }
  Time end() const { return kStart + 6 * kHour; }
  const Finding* first_of(const std::string& version) const {
    for (const auto& [ripe, finding] : rig_->findings())
      if (finding.entity.version == version) return &finding;
    return nullptr;
  }
  std::vector<std::string> states_of(const std::string& version) const {
    std::vector<std::string> states;
    for (const BaselineView& view : rig_->baselines())
      if (view.entity.version == version) states.push_back(view.state);
    std::sort(states.begin(), states.end());
    return states;
  }

 private:
  std::unique_ptr<DriftRig> rig_;
};

TEST(DriftFallback, version_without_a_baseline_is_compared_with_the_one_that_has_one) {
  Rollout rollout;
  rollout.rig().watch(version_rows("8", rollout.end(), 2 * kHours, shift_age, 12));
  const Finding* const finding = rollout.first_of("8");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->subject, "age");
  EXPECT_EQ(finding->baseline_version, "7");
  EXPECT_TRUE(finding->provisional);
  EXPECT_EQ(finding->reasons.back(), "OTHER_VERSION");
  EXPECT_NE(finding->what.find("; compared with version 7, since version 8 has no baseline of its own yet"),
            std::string::npos);
  EXPECT_EQ(rollout.states_of("8"), (std::vector<std::string>{"fallback", "learning"}));
  EXPECT_EQ(scopes_of(rollout.rig().borrowed()), 1U);
  ASSERT_EQ(rollout.rig().borrowed().size(), 1U);
  const BorrowedBaseline& borrowed = rollout.rig().borrowed().begin()->first;
  EXPECT_EQ(borrowed.version, "8");
  EXPECT_EQ(borrowed.baseline_version, "7");
}

TEST(DriftFallback, version_like_the_one_before_it_is_quiet) {
  Rollout rollout;
  rollout.rig().watch(version_rows("8", rollout.end(), 3 * kHours, nullptr, 12));
  EXPECT_TRUE(rollout.rig().findings().empty());
}

TEST(DriftFallback, without_it_a_new_version_is_only_learned) {
  Rollout rollout(with({{"learn_for", "6h"}, {"fallback", "false"}}));
  rollout.rig().watch(version_rows("8", rollout.end(), 2 * kHours, shift_age, 12));
  EXPECT_TRUE(rollout.rig().findings().empty());
  EXPECT_EQ(rollout.states_of("8"), std::vector<std::string>{"learning"});
}

TEST(DriftFallback, its_own_baseline_takes_over_and_ends_the_comparison) {
  Rollout rollout(with({{"learn_for", "1h"}}));
  std::vector<Row> rows = version_rows("8", rollout.end(), 6 * kHours, shift_age, 12);
  Noise noise(1);
  for (std::size_t i = 5 * kHours; i < rows.size(); ++i) shift_much(rows[i], noise);
  rollout.rig().watch(rows);
  EXPECT_EQ(rollout.states_of("8"), std::vector<std::string>{"provisional"});
  EXPECT_EQ(scopes_of(rollout.rig().borrowed()), 0U);
  EXPECT_TRUE(rollout.rig().borrowed().empty());
  const auto& findings = rollout.rig().findings();
  const auto ended = std::find_if(findings.begin(), findings.end(), [](const auto& one) {
    return one.second.reasons == std::vector<std::string>{"COMPARISON_ENDED"};
  });
  ASSERT_NE(ended, findings.end());
  EXPECT_EQ(ended->second.phase, Finding::Phase::recovered);
  EXPECT_EQ(ended->second.group, findings.front().second.group);
  EXPECT_EQ(ended->second.what, "the comparison with version 7 has ended");
  const Finding& last = findings.back().second;
  EXPECT_TRUE(last.baseline_version.empty()) << "by its own baseline: " << last.what;
  EXPECT_GT(last.at, ended->second.at);
}

TEST(DriftFallback, newest_version_in_use_is_the_one_compared_with) {
  std::vector<Row> rows;
  for (const char* version : {"9", "10"}) {
    const std::vector<Row> more = version_rows(version, kStart, 6 * kHours, nullptr, version[0]);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.time < b.time; });
  const auto rig = learned(rows, with({{"learn_for", "6h"}}));
  rig->watch(version_rows("11", kStart + 6 * kHour, 2 * kHours, shift_age, 12));
  ASSERT_FALSE(rig->findings().empty());
  EXPECT_EQ(rig->findings().front().second.baseline_version, "10");
}

TEST(DriftFallback, split_and_restarts_change_nothing) {
  const auto run = [](RigOptions options) {
    options.settings = {{"learn_for", "1h"}};
    Rollout rollout(options);
    rollout.rig().watch(version_rows("8", rollout.end(), 5 * kHours, shift_age, 12));
    return encoded(rollout.rig());
  };
  const std::vector<std::string> straight = run({});
  ASSERT_GE(straight.size(), 2U);
  RigOptions options;
  options.partitions = 3;
  options.batch_rows = 100;
  options.restart_each_step = true;
  EXPECT_EQ(run(options), straight);
}

TEST(DriftFallback, invented_versions_are_compared_four_at_a_time) {
  Rollout rollout;
  std::vector<Row> rows;
  for (int version = 100; version < 110; ++version) {
    const std::vector<Row> more = version_rows(std::to_string(version), rollout.end(), 1800, nullptr,
                                               static_cast<std::uint64_t>(version));
    rows.insert(rows.end(), more.begin(), more.end());
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.time < b.time; });
  rollout.rig().watch(rows);
  EXPECT_EQ(scopes_of(rollout.rig().borrowed()), 4U);
}

TEST(DriftFallback, switched_off_it_ends_at_the_next_start) {
  Rollout before;
  before.rig().watch(version_rows("8", before.end(), kHours, nullptr, 12));
  DriftRig after(kind(), with({{"learn_for", "6h"}, {"fallback", "false"}}));
  after.adopt(before.rig());
  after.watch(version_rows("8", before.end() + kHour, kHours, shift_age, 13));
  EXPECT_TRUE(after.findings().empty());
  EXPECT_EQ(scopes_of(after.borrowed()), 0U);
  for (const auto& [key, bytes] : after.state())
    EXPECT_FALSE(drift::is_stand_in(std::string_view(key).substr(1))) << "left in the state";
}

TEST(DriftFallback, a_forgotten_model_keeps_no_stand_in) {
  Rollout rollout(with({{"learn_for", "6h"}}));
  rollout.rig().watch(version_rows("8", rollout.end(), kHours, nullptr, 12));
  ASSERT_EQ(scopes_of(rollout.rig().borrowed()), 1U);
  rollout.rig().forget("m");
  EXPECT_TRUE(rollout.rig().state().empty());
  EXPECT_EQ(scopes_of(rollout.rig().borrowed()), 0U);
}

TEST(DriftApproval, what_was_learned_live_waits) {
  RigOptions options;
  options.settings = {{"learn_for", "1h"}};
  options.common.approval = true;
  DriftRig rig(kind(), options);
  std::vector<Row> rows = version_rows("7", kStart, 6 * kHours, nullptr);
  Noise noise(1);
  for (std::size_t i = 4 * kHours; i < rows.size(); ++i) shift_much(rows[i], noise);
  rig.watch(rows);
  EXPECT_TRUE(rig.findings().empty());
  ASSERT_EQ(rig.baselines().size(), 1U);
  EXPECT_EQ(rig.baselines().front().state, "waiting");
  EXPECT_EQ(rig.judged().waiting, 1U);
}

TEST(DriftApproval, an_approved_baseline_judges_from_then_on) {
  RigOptions options;
  options.settings = {{"learn_for", "1h"}};
  options.common.approval = true;
  DriftRig rig(kind(), options);
  std::vector<Row> rows = version_rows("7", kStart, 9 * kHours, nullptr);
  Noise noise(1);
  for (std::size_t i = 6 * kHours; i < rows.size(); ++i) shift_much(rows[i], noise);
  rig.watch({rows.begin(), rows.begin() + 4 * kHours});
  rig.promote(rig, "m");
  EXPECT_EQ(rig.judged().waiting, 0U);
  rig.watch({rows.begin() + 4 * kHours, rows.end()});
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_GT(rig.findings().front().second.at, kStart + 6 * kHour);
}

TEST(DriftApproval, what_is_in_force_already_goes_on_undisturbed) {
  std::vector<Row> rows = version_rows("7", kStart + 6 * kHour, 3 * kHours, shift_age, 12);
  const auto run = [&rows](bool promoted) {
    Rollout rollout;
    rollout.rig().watch({rows.begin(), rows.begin() + 2 * kHours});
    if (promoted) rollout.rig().promote(rollout.rig(), "m");
    rollout.rig().watch({rows.begin() + 2 * kHours, rows.end()});
    return encoded(rollout.rig());
  };
  const std::vector<std::string> straight = run(false);
  EXPECT_FALSE(straight.empty());
  EXPECT_EQ(run(true), straight);
}

TEST(DriftApproval, meanwhile_the_version_before_it_stands_in) {
  RigOptions options = with({{"learn_for", "1h"}});
  options.common.approval = true;
  Rollout rollout(options);
  std::vector<Row> rows = version_rows("8", rollout.end(), 6 * kHours, nullptr, 12);
  Noise noise(1);
  for (std::size_t i = 5 * kHours; i < rows.size(); ++i) shift_much(rows[i], noise);
  rollout.rig().watch(rows);
  EXPECT_EQ(rollout.states_of("8"), (std::vector<std::string>{"fallback", "waiting"}));
  ASSERT_NE(rollout.first_of("8"), nullptr);
  EXPECT_EQ(rollout.first_of("8")->baseline_version, "7");
}

TEST(DriftHoldOut, recorded_baseline_that_drifts_within_itself_says_so) {
  const auto baseline = [](const std::function<void(Row&, Noise&)>& change) {
    int number = 0;
    const auto rows = version_rows("7", kStart, 26 * kHours, [&](Row& row, Noise& noise) {
      if (change && ++number > 21 * kHours) change(row, noise);
    });
    return learned(rows, {})->baselines().at(0);
  };
  const auto unsettled = [](const BaselineView& view) {
    return view.details.size() > 1 && view.details[1].find("has not settled") != std::string::npos;
  };
  const BaselineView calm = baseline(nullptr);
  EXPECT_EQ(calm.state, "watching");
  EXPECT_FALSE(unsettled(calm));
  const BaselineView drifting = baseline(shift_age);
  EXPECT_EQ(drifting.state, "provisional");
  EXPECT_TRUE(unsettled(drifting));
}

}  // namespace
}  // namespace vedette::drift_test
