#include "core/estimate_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/drift_partial.h"
#include "core/label_observer.h"
#include "unit/core/label_rig.h"

namespace vedette::estimate {
namespace {

using labels_test::LabelEvent;
using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);
constexpr int kBefore = 6000;  ///< Answers of the baseline, one a second.

struct Plan {
  std::size_t partitions = 1;
  bool restarts = false;
  std::size_t step = 500;  ///< Events between two steps of the judge.
  bool approval = false;   ///< Learns live within an hour, and waits.
};

PerformanceEstimateSettings settings_of(const Plan& plan) {
  PerformanceEstimateSettings settings;
  if (plan.approval) settings.learn_for = kHour;
  return settings;
}

Common common_of(const Plan& plan) {
  Common common;
  common.window = 10 * kSecond;
  common.recorded = !plan.approval;
  common.approval = plan.approval;
  return common;
}

class Rig final : public labels_test::LabelRig<EstimateJudge> {
 public:
  explicit Rig(const Plan& plan)
      : LabelRig({plan.partitions, plan.restarts, plan.step},
                 {[](const Common& common) { return std::make_unique<labels::LabelObserver>(common); },
                  [plan](const Common& common) {
                    return std::make_unique<EstimateJudge>(settings_of(plan), common);
                  }},
                 common_of(plan)) {}

  void learn(const std::vector<LabelEvent>& events) {
    run(events, false);
    advance(events.back().time + kDay);
    judge().learned(events.back().time, store_);
    common_.recorded = false;
    begin();
  }
};

/// Of ten answers `sure` are sure; those are right in 19 of 20 cases, the others in 13 of 20.
std::vector<LabelEvent> stream(Time from, int count, int sure, bool labelled, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<LabelEvent> events;
  for (int i = 0; i < count; ++i) {
    const Time time = from + i * kSecond;
    const bool is_sure = static_cast<int>(random() % 10) < sure;
    const double p = is_sure ? 0.99 : 0.55;
    LabelEvent said{.time = time, .id = std::to_string(seed) + "/" + std::to_string(i)};
    said.probabilities = {{"yes", p}, {"no", 1 - p}};
    events.push_back(said);
    LabelEvent truth{.kind = EventKind::label, .time = time + 5 * kMinute, .id = said.id};
    truth.label = static_cast<int>(random() % 20) < (is_sure ? 19 : 13) ? "yes" : "no";
    if (labelled) events.push_back(truth);
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const LabelEvent& a, const LabelEvent& b) { return a.time < b.time; });
  return events;
}

constexpr Time kLive = kStart + (kBefore + 400) * kSecond;
std::vector<LabelEvent> before() { return stream(kStart, kBefore, 8, true, 1); }
std::vector<LabelEvent> less_sure() { return stream(kLive, 4000, 3, false, 2); }

TEST(EstimateJudge, estimates_what_labels_would_show) {
  Rig rig({});
  rig.learn(before());
  rig.watch(less_sure());
  ASSERT_FALSE(rig.findings().empty());
  const Finding& first = rig.findings().front().second;
  EXPECT_EQ(first.entity.model, "m");
  EXPECT_EQ(first.entity.version, "1");
  EXPECT_EQ(first.reasons, (std::vector<std::string>{"ESTIMATED_ACCURACY_DROP", "CALIBRATED"}));
  std::map<std::string, double> numbers(first.numbers.begin(), first.numbers.end());
  EXPECT_NEAR(numbers["estimated_accuracy_baseline"], 0.89, 0.02);
  EXPECT_NEAR(numbers["estimated_accuracy"], 0.74, 0.05);
  EXPECT_GT(numbers["labels"], 5000);
  EXPECT_LT(*first.p_value, 0.01);
  EXPECT_NE(first.what.find("fell from 8"), std::string::npos) << first.what;
  EXPECT_GE(rig.findings().front().first, first.at + 30 * kSecond);
}

TEST(EstimateJudge, stays_quiet_while_the_model_is_as_sure_as_ever) {
  Rig rig({});
  rig.learn(before());
  rig.watch(stream(kLive, 8000, 8, true, 2));
  EXPECT_TRUE(rig.findings().empty());
}

TEST(EstimateJudge, split_steps_and_restarts_change_nothing) {
  Rig straight({});
  straight.learn(before());
  straight.watch(less_sure());
  for (const Plan& plan :
       {Plan{.partitions = 3}, Plan{.step = 2000}, Plan{.partitions = 2, .restarts = true, .step = 150}}) {
    Rig other(plan);
    other.learn(before());
    other.watch(less_sure());
    ASSERT_EQ(other.findings().size(), straight.findings().size());
    for (std::size_t i = 0; i < straight.findings().size(); ++i) {
      EXPECT_EQ(other.findings()[i].first, straight.findings()[i].first);
      EXPECT_EQ(other.findings()[i].second.what, straight.findings()[i].second.what);
      EXPECT_EQ(other.findings()[i].second.numbers, straight.findings()[i].second.numbers);
    }
  }
}

TEST(EstimateJudge, an_adopted_baseline_judges_as_one_that_was_learned_in_place) {
  Rig learned({});
  learned.learn(before());
  Rig rig({});
  rig.adopt(learned);
  rig.watch(less_sure());
  learned.watch(less_sure());
  ASSERT_FALSE(learned.findings().empty());
  ASSERT_EQ(rig.findings().size(), learned.findings().size());
  for (std::size_t i = 0; i < rig.findings().size(); ++i) {
    EXPECT_EQ(rig.findings()[i].first, learned.findings()[i].first);
    EXPECT_EQ(rig.findings()[i].second.what, learned.findings()[i].second.what);
  }
  rig.judge().forget("m", rig.store());
  EXPECT_TRUE(rig.judge().baselines().empty());
}

TEST(EstimateJudge, what_was_learned_live_waits_for_approval_where_that_is_asked) {
  Rig waiting({.restarts = true, .approval = true});
  waiting.watch(before());
  ASSERT_EQ(waiting.judge().baselines().size(), 1U);
  EXPECT_EQ(waiting.judge().baselines().front().state, "waiting");
  Rig counted({.approval = true});
  counted.watch(before());
  EXPECT_EQ(counted.judge().tally().waiting, 1U);
  Rig approved({.approval = true});
  approved.adopt(waiting);
  EXPECT_EQ(approved.judge().baselines().front().state, "watching");
  for (Rig* const rig : {&waiting, &approved}) rig->watch(less_sure());
  EXPECT_TRUE(waiting.findings().empty());
  EXPECT_FALSE(approved.findings().empty());
}

TEST(EstimateJudge, only_what_was_learned_is_adopted) {
  Rig rig({});
  rig.watch(before());
  for (const auto& [key, bytes] : rig.store().state) {
    EXPECT_EQ(rig.judge().baseline_of(key), "");
    EXPECT_FALSE(EstimateJudge({}, {}).adopt({{key, bytes}}, kDawn, rig.store()).ok());
  }
}

TEST(EstimateJudge, damaged_keys_are_refused) {
  EstimateJudge judge({}, {});
  for (const std::string key : {"", "b", "s", "x", "bshort", "sabc", "q"})
    EXPECT_FALSE(judge.load(key, "bytes").ok()) << key;
}

TEST(EstimateJudge, invented_models_take_no_more_room_than_there_is) {
  Rig rig({});
  rig.common().max_keys = 16;
  EstimateJudge judge({}, rig.common());
  Store store;
  for (int i = 0; i < 400; ++i) {
    labels::Records records;
    records.predictions = {{.id = 7, .time = kStart, .said = 1, .losses = {{1, 100}}}};
    const std::string scope = drift::scope_key("x" + std::to_string(i), "1");
    const Time end = kStart + i * 10 * kSecond;
    ASSERT_TRUE(judge.merge(end, scope, encode(records)).ok());
    judge.advance(end + kMinute, store);
    judge.save(store);
  }
  EXPECT_LE(judge.baselines().size(), 16U);
  EXPECT_LT(store.state.size(), 16U * 6);
}

}  // namespace
}  // namespace vedette::estimate
