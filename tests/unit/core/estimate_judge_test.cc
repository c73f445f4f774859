#include "core/estimate_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "core/drift_partial.h"
#include "core/label_observer.h"
#include "unit/core/label_events.h"
#include "unit/core/label_store.h"

namespace vedette::estimate {
namespace {

using labels_test::LabelBatch;
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

/// Both halves as the pipeline runs them, in one thread.
class Rig final : public Partials {
 public:
  explicit Rig(Plan plan) : plan_(plan) {
    common_.window = 10 * kSecond;
    common_.recorded = !plan.approval;
    common_.approval = plan.approval;
    if (plan.approval) settings_.learn_for = kHour;
    begin();
    judge_ = std::make_unique<EstimateJudge>(settings_, common_);
  }

  void learn(const std::vector<LabelEvent>& events) {
    run(events, false);
    advance(events.back().time + kDay);
    judge_->learned(events.back().time, store_);
    common_.recorded = false;
    begin();
  }
  void watch(const std::vector<LabelEvent>& events) { run(events, plan_.restarts); }
  /// A new judge takes what that of `learned` has learned.
  void adopt(Rig& learned) {
    StoredKeys keys;
    for (const auto& [key, bytes] : learned.store_.state)
      if (learned.judge().baseline_of(key) == "m") keys.emplace_back(key, bytes);
    EXPECT_FALSE(keys.empty());
    common_.recorded = false;
    begin();
    judge_ = std::make_unique<EstimateJudge>(settings_, common_);
    EXPECT_TRUE(judge_->adopt(keys, kDawn, store_).ok());
    judge_->save(store_);
  }
  const std::vector<std::pair<Time, Finding>>& findings() const { return store_.findings; }
  EstimateJudge& judge() { return *judge_; }
  Store& store() { return store_; }
  Common& common() { return common_; }

  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope), partition_}] = {std::string(bytes)};
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    partials_[{pane_end, std::string(scope), partition_}].emplace_back(bytes);
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}

 private:
  void begin() {
    observers_.clear();
    for (std::size_t p = 0; p < plan_.partitions; ++p)
      observers_.push_back(std::make_unique<labels::LabelObserver>(common_));
  }
  void restart() {
    begin();
    for (const auto& [key, left] : partials_)
      for (const std::string& bytes : left)
        EXPECT_TRUE(observers_[std::get<2>(key)]->load(std::get<0>(key), std::get<1>(key), bytes).ok());
    judge_ = std::make_unique<EstimateJudge>(settings_, common_);
    for (const auto& [key, bytes] : store_.state) {
      const Status loaded = judge_->load(key, bytes);
      EXPECT_TRUE(loaded.ok()) << loaded.message();
    }
  }
  void advance(Time watermark) {
    while (!partials_.empty() && std::get<0>(partials_.begin()->first) + common_.lateness <= watermark) {
      const auto& [key, left] = *partials_.begin();
      for (const std::string& bytes : left)
        EXPECT_TRUE(judge_->merge(std::get<0>(key), std::get<1>(key), bytes).ok());
      partials_.erase(partials_.begin());
    }
    judge_->advance(watermark, store_);
    judge_->save(store_);
    for (auto& observer : observers_) observer->judged(watermark);
  }
  void run(const std::vector<LabelEvent>& events, bool restarts) {
    LabelBatch batch;
    for (std::size_t at = 0; at < events.size(); at += plan_.step) {
      const std::size_t end = std::min(events.size(), at + plan_.step);
      std::vector<std::vector<LabelEvent>> split(plan_.partitions);
      for (std::size_t i = at; i < end; ++i) split[i % plan_.partitions].push_back(events[i]);
      for (partition_ = 0; partition_ < plan_.partitions; ++partition_) {
        observers_[partition_]->observe(batch.of(split[partition_]), {0, split[partition_].size()});
        observers_[partition_]->save(*this);
      }
      advance(events[end - 1].time);
      if (restarts) restart();
    }
  }

  Plan plan_;
  PerformanceEstimateSettings settings_;
  Common common_;
  std::vector<std::unique_ptr<labels::LabelObserver>> observers_;
  std::unique_ptr<EstimateJudge> judge_;
  std::size_t partition_ = 0;
  std::map<std::tuple<Time, std::string, std::size_t>, std::vector<std::string>> partials_;
  Store store_;
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
