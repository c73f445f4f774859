#include "core/fairness_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/drift_partial.h"
#include "core/fairness_observer.h"
#include "unit/core/label_rig.h"

namespace vedette::fairness {
namespace {

using labels_test::LabelBatch;
using labels_test::LabelEvent;
using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);
constexpr Time kLive = kStart + 2 * kHour;

struct Plan {
  std::size_t partitions = 1;
  bool restarts = false;
  std::size_t step = 500;  ///< Events between two steps of the judge.
  bool approval = false;   ///< Learns live within an hour, and waits.
};

FairnessSettings settings(const Plan& plan = {}) {
  FairnessSettings settings;
  if (plan.approval) settings.learn_for = kHour;
  settings.protected_fields = {"region"};
  settings.favourable = {"yes"};
  return settings;
}

Common common_of(const Plan& plan) {
  Common common;
  common.window = 10 * kSecond;
  common.recorded = !plan.approval;
  common.approval = plan.approval;
  return common;
}

class Rig final : public labels_test::LabelRig<FairnessJudge> {
 public:
  explicit Rig(const Plan& plan)
      : LabelRig({plan.partitions, plan.restarts, plan.step},
                 {[plan](const Common& common) {
                    return std::make_unique<FairnessObserver>(settings(plan), common);
                  },
                  [plan](const Common& common) {
                    return std::make_unique<FairnessJudge>(settings(plan), common);
                  }},
                 common_of(plan)) {}

  void learn(const std::vector<LabelEvent>& events) {
    run(events, false);
    advance(events.back().time + kDay);
    judge().learned(events.back().time, store_);
    common_.recorded = false;
    begin();
  }
  void forget() {
    judge().forget("m", store_);
    judge().save(store_);
  }
};

/// Half of all in eu are selected and `selected` in latam; of those who deserve it `right` get it in latam,
/// and nine tenths in eu. An answer a second, labels a minute later.
std::vector<LabelEvent> stream(Time from, Duration length, double selected, double right,
                               std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<> uniform;
  std::vector<LabelEvent> events;
  for (Time time = from; time < from + length; time += kSecond) {
    const bool latam = uniform(random) < 0.4;
    const bool yes = uniform(random) < (latam ? selected : 0.5);
    LabelEvent said{.time = time, .id = std::to_string(to_ms(time)), .label = yes ? "yes" : "no"};
    said.region = latam ? "latam" : "eu";
    events.push_back(said);
    LabelEvent truth{.kind = EventKind::label, .time = time + kMinute, .id = said.id};
    const bool is_right = uniform(random) < (latam ? right : 0.9);
    truth.label = yes == is_right ? "yes" : "no";
    events.push_back(truth);
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const LabelEvent& a, const LabelEvent& b) { return a.time < b.time; });
  return events;
}

std::vector<LabelEvent> before() { return stream(kStart, 2 * kHour - 2 * kMinute, 0.5, 0.9, 1); }
std::vector<LabelEvent> unfair() { return stream(kLive, 90 * kMinute, 0.25, 0.9, 2); }

TEST(FairnessJudge, tells_who_gets_less_than_whom_and_both_modes) {
  Rig rig({});
  rig.learn(before());
  rig.watch(unfair());
  ASSERT_FALSE(rig.findings().empty());
  const Finding& first = rig.findings().front().second;
  EXPECT_EQ(first.phase, Finding::Phase::raised);
  EXPECT_EQ(first.subject, "selection rate of region=latam");
  EXPECT_EQ(first.entity.version, "1");
  const auto has = [&first](const char* code) {
    return std::find(first.reasons.begin(), first.reasons.end(), code) != first.reasons.end();
  };
  EXPECT_TRUE(has("WORSE_THAN_BASELINE")) << first.what;
  std::map<std::string, double> numbers(first.numbers.begin(), first.numbers.end());
  EXPECT_NEAR(numbers["ratio"], 0.5, 0.12);
  EXPECT_LT(numbers["ratio_low"], numbers["ratio"]);
  EXPECT_GT(first.ratio, 1);
  EXPECT_NE(first.what.find("against 5"), std::string::npos) << first.what;
  EXPECT_NE(first.what.find("baseline"), std::string::npos) << first.what;
  EXPECT_NEAR(static_cast<double>((*first.change_since - kLive).count()), 0, 300e3);
}

TEST(FairnessJudge, an_adopted_baseline_is_compared_with_until_it_is_forgotten) {
  Rig learned({});
  learned.learn(before());
  Rig rig({});
  rig.adopt(learned);
  rig.watch(unfair());
  ASSERT_FALSE(rig.findings().empty());
  const std::vector<std::string>& reasons = rig.findings().front().second.reasons;
  EXPECT_TRUE(std::find(reasons.begin(), reasons.end(), "WORSE_THAN_BASELINE") != reasons.end());
  EXPECT_GE(rig.findings().front().second.start, kLive - kMinute);
  rig.forget();
  EXPECT_TRUE(rig.judge().baselines().empty());
}

TEST(FairnessJudge, groups_are_not_compared_with_a_baseline_that_waits_for_approval) {
  Rig rig({.restarts = true, .approval = true});
  rig.watch(before());
  ASSERT_EQ(rig.judge().baselines().size(), 1U);
  EXPECT_EQ(rig.judge().baselines().front().state, "waiting");
  rig.watch(unfair());
  ASSERT_FALSE(rig.findings().empty());
  for (const auto& [ripe, finding] : rig.findings()) {
    const std::vector<std::string>& reasons = finding.reasons;
    EXPECT_EQ(std::find(reasons.begin(), reasons.end(), "WORSE_THAN_BASELINE"), reasons.end());
    EXPECT_NE(finding.what.find("there is no baseline to compare with"), std::string::npos) << finding.what;
  }
}

TEST(FairnessJudge, a_damaged_baseline_is_not_adopted) {
  FairnessJudge judge(settings(), {});
  Store store;
  const std::string key = "s" + drift::scope_key("m", "1");
  EXPECT_FALSE(judge.adopt({{key, "bytes"}}, kDawn, store).ok());
  EXPECT_FALSE(judge.adopt({{"b" + key.substr(1), "bytes"}}, kDawn, store).ok());
  EXPECT_TRUE(judge.baselines().empty());
}

TEST(FairnessJudge, a_lasting_alert_is_not_raised_again) {
  Rig rig({});
  rig.learn(before());
  rig.watch(stream(kLive, 5 * kHour, 0.25, 0.9, 2));
  const auto raised = std::count_if(rig.findings().begin(), rig.findings().end(), [](const auto& found) {
    return found.second.phase == Finding::Phase::raised && found.second.group == "region selection rate";
  });
  EXPECT_EQ(raised, 1);
  EXPECT_GT(rig.findings().size(), 2U);
}

TEST(FairnessJudge, recovery_closes) {
  Rig rig({});
  rig.learn(before());
  rig.watch(unfair());
  rig.watch(stream(kLive + 92 * kMinute, 2 * kHour, 0.5, 0.9, 3));
  ASSERT_FALSE(rig.findings().empty());
  const auto recovered = std::count_if(rig.findings().begin(), rig.findings().end(), [](const auto& found) {
    return found.second.phase == Finding::Phase::recovered && found.second.group == "region selection rate";
  });
  EXPECT_EQ(recovered, 1);
}

TEST(FairnessJudge, labels_show_that_one_group_is_rightly_selected_less_often) {
  Rig rig({});
  rig.learn(before());
  rig.watch(stream(kLive, 2 * kHour, 0.5, 0.6, 2));
  ASSERT_FALSE(rig.findings().empty());
  const auto told = std::find_if(rig.findings().begin(), rig.findings().end(), [](const auto& found) {
    return found.second.subject == "true positive rate of region=latam";
  });
  ASSERT_NE(told, rig.findings().end());
  EXPECT_EQ(told->second.reasons.back(), "WORSE_THAN_BASELINE") << told->second.what;
  for (const auto& [ripe, finding] : rig.findings()) EXPECT_NE(finding.group, "region selection rate");
}

TEST(FairnessJudge, lawful_differences_stay_quiet) {
  Rig rig({});
  rig.learn(stream(kStart, 2 * kHour - 2 * kMinute, 0.45, 0.85, 1));
  rig.watch(stream(kLive, 5 * kHour, 0.45, 0.85, 2));
  EXPECT_TRUE(rig.findings().empty());
}

TEST(FairnessJudge, split_steps_and_restarts_change_nothing) {
  Rig straight({});
  straight.learn(before());
  straight.watch(unfair());
  for (const Plan& plan :
       {Plan{.partitions = 3}, Plan{.step = 2000}, Plan{.partitions = 2, .restarts = true, .step = 150}}) {
    Rig other(plan);
    other.learn(before());
    other.watch(unfair());
    ASSERT_EQ(other.findings().size(), straight.findings().size());
    for (std::size_t i = 0; i < straight.findings().size(); ++i) {
      EXPECT_EQ(other.findings()[i].first, straight.findings()[i].first);
      EXPECT_EQ(other.findings()[i].second.what, straight.findings()[i].second.what);
      EXPECT_EQ(other.findings()[i].second.numbers, straight.findings()[i].second.numbers);
    }
  }
}

TEST(FairnessJudge, says_what_it_cannot_judge) {
  Rig rig({});
  std::vector<LabelEvent> events;
  for (int i = 0; i < 200; ++i) {
    LabelEvent said{.time = kStart + i * kSecond, .id = std::to_string(i), .label = "yes"};
    said.region = i % 20 == 0 ? "latam" : "eu";
    events.push_back(said);
  }
  rig.learn(events);
  const std::vector<BaselineView> views = rig.judge().baselines();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].state, "insufficient");
  EXPECT_EQ(views[0].events, 200);
  ASSERT_EQ(views[0].details.size(), 2U);
  EXPECT_TRUE(std::any_of(views[0].details.begin(), views[0].details.end(), [](const std::string& line) {
    return line == "region=latam: 10 events, selection rate 100 %, not judged: too few events";
  })) << views[0].details[0];
}

TEST(FairnessJudge, invented_groups_do_not_push_out_those_with_traffic) {
  FairnessJudge judge(settings(), {});
  Store store;
  const std::string scope = drift::scope_key("m", "1");
  for (int pane = 0; pane < 50; ++pane) {
    GroupCounts counts;
    const auto put = [&counts](const std::string& text, std::uint64_t events) {
      *counts.at(labels::name_of(text)) = {0, text, events, events / 2};
    };
    for (int i = 0; i < 100; ++i) put("region=x" + std::to_string(100 * pane + i), 1);
    put("region=eu", 20);
    put("region=latam", 10);
    const Time end = kStart + pane * kMinute;
    ASSERT_TRUE(judge.merge(end, kCounts + scope, encode(counts)).ok());
    judge.advance(end + kMinute, store);
    judge.save(store);
  }
  const std::vector<std::string> details = judge.baselines().at(0).details;
  EXPECT_LE(details.size(), 32U);
  for (const char* group : {"region=eu: 1000 events", "region=latam: 500 events"})
    EXPECT_TRUE(std::any_of(details.begin(), details.end(), [&](const std::string& line) {
      return line.starts_with(group);
    })) << group;
  EXPECT_GT(judge.tally().unwatched, 1000U);
}

TEST(FairnessJudge, damaged_keys_and_scopes_are_refused) {
  FairnessJudge judge(settings(), {});
  for (const std::string key : {"", "b", "s", "x", "bshort", "sabc", "q"})
    EXPECT_FALSE(judge.load(key, "bytes").ok()) << key;
  EXPECT_FALSE(judge.merge(kStart, "c", encode(GroupCounts())).ok());
  EXPECT_FALSE(judge.merge(kStart, kCounts + drift::scope_key("m", "1"), "bytes").ok());
  FairnessObserver observer(settings(), {});
  EXPECT_FALSE(observer.load(kStart, kCounts + drift::scope_key("m", "1"), "bytes").ok());
}

TEST(FairnessJudge, without_a_protected_field_nothing_is_kept) {
  FairnessSettings none = settings();
  none.protected_fields.clear();
  FairnessObserver observer(none, {});
  LabelBatch batch;
  observer.observe(batch.of(before()), {0, before().size()});
  Rig nowhere({});
  observer.save(nowhere);
  EXPECT_EQ(observer.tally().counted, 0U);
  EXPECT_EQ(observer.tally().panes, 0U);
  const auto detector = make_fairness_detector(none, {});
  ASSERT_TRUE(detector.ok());
  EXPECT_FALSE((*detector)->idle().empty());
}

}  // namespace
}  // namespace vedette::fairness
