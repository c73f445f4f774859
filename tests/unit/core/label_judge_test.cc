#include "core/label_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "core/label_observer.h"
#include "unit/core/label_rig.h"

namespace vedette::labels {
namespace {

using labels_test::LabelBatch;
using labels_test::LabelEvent;
using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);
constexpr Duration kDelay = 5 * kMinute;

struct Plan {
  std::size_t partitions = 1;
  bool restarts = false;
  std::size_t step = 200;  ///< Events between two steps of the judge.
};

Common recorded() {
  Common common;
  common.window = 10 * kSecond;
  common.recorded = true;
  return common;
}

/// Over a recording.
class Rig final : public labels_test::LabelRig<LabelJudge> {
 public:
  explicit Rig(const Plan& plan)
      : LabelRig(
            {plan.partitions, plan.restarts, plan.step},
            {[](const Common& common) { return std::make_unique<LabelObserver>(common); },
             [](const Common& common) { return std::make_unique<LabelJudge>(ConceptSettings{}, common); }},
            recorded()) {}

  void learn(const std::vector<LabelEvent>& events) {
    const Time end = events.back().time;
    run(events, false);
    advance(end + kDay);
    judge().sampled(end, store_);
    begin();
    run(events, false);
    advance(end + kDay);
    judge().learned(end, store_);
    begin();
    store_.findings.clear();
    common_.recorded = false;
  }
};

struct Stream {
  Time from = kStart;
  int events = 6000;
  Time changes = kForever;  ///< From here on `wrong` answers.
  double wrong = 0.1;
  double wrong_then = 0.1;
  std::uint64_t seed = 1;
  bool amounts = false;
};

/// One answer a second; its label comes five minutes later.
std::vector<LabelEvent> stream(const Stream& of) {
  std::mt19937_64 random(of.seed);
  std::uniform_real_distribution<> uniform(0, 1);
  std::normal_distribution<> normal;
  std::vector<LabelEvent> events;
  for (int i = 0; i < of.events; ++i) {
    const Time time = of.from + i * kSecond;
    const bool changed = time >= of.changes;
    const std::string id = std::to_string(of.seed) + "/" + std::to_string(i);
    const bool yes = uniform(random) < 0.4;
    const bool wrong = uniform(random) < (changed ? of.wrong_then : of.wrong);
    LabelEvent said{.time = time, .id = id};
    LabelEvent truth{.kind = EventKind::label, .time = time + kDelay, .id = id};
    if (of.amounts) {
      said.score = 10 * normal(random);
      truth.number = said.score + normal(random) + (changed ? 1.5 : 0);
    } else {
      said.label = yes ? "yes" : "no";
      truth.label = yes != wrong ? "yes" : "no";
    }
    events.push_back(said);
    events.push_back(truth);
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const LabelEvent& a, const LabelEvent& b) { return a.time < b.time; });
  return events;
}

constexpr Time kLive = kStart + 6000 * kSecond;

std::vector<LabelEvent> worse() {
  return stream(
      {.from = kLive, .events = 4000, .changes = kLive + 1500 * kSecond, .wrong_then = 0.35, .seed = 2});
}

TEST(LabelJudge, finds_a_model_that_is_wrong_more_often) {
  Rig rig({});
  rig.learn(stream({}));
  rig.watch(worse());
  ASSERT_FALSE(rig.findings().empty());
  const Finding& first = rig.findings().front().second;
  EXPECT_EQ(first.subject, "error");
  EXPECT_EQ(first.entity.model, "m");
  EXPECT_EQ(first.entity.version, "1");
  EXPECT_EQ(first.reasons.front(), "MORE_ERRORS");
  EXPECT_NE(first.what.find("accuracy fell from 9"), std::string::npos) << first.what;
  std::map<std::string, double> numbers(first.numbers.begin(), first.numbers.end());
  EXPECT_NEAR(numbers["error_rate_baseline"], 0.1, 0.02);
  EXPECT_GT(numbers["error_rate"], 0.2);
  EXPECT_NEAR(numbers["label_delay_s"], 300, 30);
  EXPECT_GT(numbers["coverage"], 0.7);
  EXPECT_GT(numbers["labels"], 20);
  EXPECT_GE(rig.findings().front().first, first.at + 30 * kSecond);
}

TEST(LabelJudge, an_adopted_baseline_judges_as_one_that_was_learned_in_place) {
  Rig learned({});
  learned.learn(stream({}));
  Rig rig({});
  rig.adopt(learned);
  rig.watch(worse());
  learned.watch(worse());
  ASSERT_FALSE(learned.findings().empty());
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(rig.findings().front().second.subject, learned.findings().front().second.subject);
  EXPECT_EQ(rig.findings().front().second.at, learned.findings().front().second.at);
  rig.judge().forget("m", rig.store());
  EXPECT_TRUE(rig.judge().baselines().empty());
}

TEST(LabelJudge, stays_quiet_while_the_model_is_wrong_as_ever) {
  Rig rig({});
  rig.learn(stream({}));
  rig.watch(stream({.from = kLive, .events = 4000, .seed = 2}));
  EXPECT_TRUE(rig.findings().empty());
}

TEST(LabelJudge, finds_amounts_that_are_off) {
  Rig rig({});
  rig.learn(stream({.amounts = true}));
  rig.watch(
      stream({.from = kLive, .events = 4000, .changes = kLive + 1500 * kSecond, .seed = 2, .amounts = true}));
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_EQ(rig.findings().front().second.subject, "residual");
}

TEST(LabelJudge, split_steps_and_restarts_change_nothing) {
  Rig straight({});
  straight.learn(stream({}));
  straight.watch(worse());
  for (const Plan& plan :
       {Plan{.partitions = 3}, Plan{.step = 1000}, Plan{.partitions = 2, .restarts = true, .step = 150}}) {
    Rig other(plan);
    other.learn(stream({}));
    other.watch(worse());
    ASSERT_EQ(other.findings().size(), straight.findings().size());
    for (std::size_t i = 0; i < straight.findings().size(); ++i) {
      EXPECT_EQ(other.findings()[i].first, straight.findings()[i].first);
      EXPECT_EQ(other.findings()[i].second.what, straight.findings()[i].second.what);
      EXPECT_EQ(other.findings()[i].second.numbers, straight.findings()[i].second.numbers);
    }
  }
}

TEST(LabelJudge, labels_of_the_end_of_the_baseline_are_joined_later) {
  Rig rig({});
  std::vector<LabelEvent> before = stream({});
  std::vector<LabelEvent> after;
  std::erase_if(before, [&](const LabelEvent& event) {
    if (event.time < kLive) return false;
    after.push_back(event);
    return true;
  });
  ASSERT_EQ(after.size(), 300U);
  rig.learn(before);
  const auto waiting = [&] { return rig.store().range("p", "q").size(); };
  EXPECT_GT(waiting(), 25U);
  const LabelEvent later{.time = kLive + kHour, .id = "later", .label = "yes"};
  after.push_back(later);
  rig.watch(after);
  EXPECT_LE(waiting(), 1U);
}

TEST(LabelJudge, invented_models_take_no_more_room_than_there_is) {
  Common common;
  common.window = 10 * kSecond;
  common.max_keys = 16;
  ConceptSettings settings;
  LabelJudge judge(settings, common);
  Store store;
  LabelBatch batch;
  for (int i = 0; i < 400; ++i) {
    LabelObserver observer(common);
    const Time time = kStart + i * 10 * kSecond;
    observer.observe(batch.of({{.time = time, .id = "a", .label = "yes", .model = "x" + std::to_string(i)}}),
                     {0, 1});
    struct Merge final : Partials {
      LabelJudge* judge = nullptr;
      void put(Time /*pane_end*/, std::string_view /*scope*/, std::string_view /*bytes*/) override {
        ADD_FAILURE() << "what is new is left, not all";
      }
      void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
        EXPECT_TRUE(judge->merge(pane_end, scope, bytes).ok());
      }
      void find(Time /*ripe*/, const Finding& /*finding*/) override {}
    } merge;
    merge.judge = &judge;
    observer.save(merge);
    judge.advance(time + kMinute, store);
    judge.save(store);
  }
  EXPECT_LE(judge.tally().keys, 16U);
  EXPECT_GT(judge.tally().evicted, 300U);
  EXPECT_LT(store.state.size(), 16U * 5);
}

}  // namespace
}  // namespace vedette::labels
