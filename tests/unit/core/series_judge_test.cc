#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "support/series_rig.h"
#include "vedette/series.h"

namespace vedette {
extern const DetectorKind request_rate_kind;

namespace {

using testing_support::Request;
using testing_support::SeriesRig;
using testing_support::SeriesRigOptions;

constexpr Time kStart = from_ms(1772409600000);

/// Requests of a minute, spread over it.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : random_(seed) {}

  Traffic& minutes(int count, double mean, int clients = 10) {
    for (int i = 0; i < count; ++i, ++minute_) {
      const int requests = std::poisson_distribution<int>(mean)(random_);
      for (int k = 0; k < requests; ++k)
        add("m", "t", mix64(1 + random_() % static_cast<std::uint64_t>(clients)));
    }
    return *this;
  }
  /// `count` more requests of one client in the last minute.
  Traffic& burst(int count, std::uint64_t principal) {
    --minute_;
    for (int k = 0; k < count; ++k) add("m", "t", principal);
    ++minute_;
    return *this;
  }
  Traffic& invented(int count) {
    --minute_;
    for (int k = 0; k < count; ++k) add("m", "t", random_() | 1);
    ++minute_;
    return *this;
  }
  Traffic& pause(int minutes) {
    minute_ += minutes;
    return *this;
  }
  void add(const char* model, const char* tenant, std::uint64_t principal) {
    const auto within = Duration{static_cast<std::int64_t>(random_() % 60000)};
    requests_.push_back({kStart + minute_ * kMinute + within, model, tenant, principal});
  }
  Time now() const { return kStart + minute_ * kMinute; }
  std::vector<Request> take() {
    std::stable_sort(requests_.begin(), requests_.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    return std::exchange(requests_, {});
  }

 private:
  std::mt19937_64 random_;
  int minute_ = 0;
  std::vector<Request> requests_;
};

std::vector<std::string> told(const SeriesRig& rig) {
  std::vector<std::string> told;
  for (const auto& [ripe, finding] : rig.findings())
    told.push_back(to_key(finding.entity) + " " + finding.reasons.front());
  return told;
}

bool has(const std::vector<std::string>& told, const std::string& what) {
  return std::find(told.begin(), told.end(), what) != told.end();
}

SeriesRig rig_of(SeriesRigOptions options = {}, Common common = {}) {
  return SeriesRig(request_rate_kind, common, options);
}

TEST(RequestRate, is_quiet_on_steady_traffic) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(1).minutes(3000, 40).take());
  EXPECT_TRUE(told(rig).empty()) << told(rig).front();
  EXPECT_EQ(rig.failed(), 0u);
}

TEST(RequestRate, tells_a_flood_of_a_model_and_its_end) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(2).minutes(1500, 40).minutes(15, 600).minutes(60, 40).take());
  EXPECT_TRUE(has(told(rig), "model=m SPIKE"));
  EXPECT_TRUE(has(told(rig), "tenant=t SPIKE"));
  EXPECT_TRUE(has(told(rig), "model=m RECOVERED"));
  const auto& [ripe, finding] = rig.findings().front();
  EXPECT_EQ(finding.end, kStart + 1501 * kMinute);
  EXPECT_EQ(ripe, finding.end + 30 * kSecond);
  EXPECT_GT(finding.ratio, 1);
  EXPECT_NEAR(finding.effect, 600.0 / 40, 5);
  EXPECT_EQ(finding.group, "requests");
}

/// What is told is not what is usual: an alert lasts as long as its flood, and the next day's is told too.
TEST(RequestRate, a_flood_of_hours_is_one_alert_until_it_ends) {
  SeriesRig rig = rig_of();
  Traffic traffic(12);
  traffic.minutes(2 * 1440, 20);
  const Time begin = traffic.now();
  traffic.minutes(180, 200);
  const Time end = traffic.now();
  rig.run(traffic.minutes(60, 20).take());
  std::vector<Finding> model;
  for (const auto& [ripe, finding] : rig.findings())
    if (finding.entity.model == "m") model.push_back(finding);
  ASSERT_EQ(model.size(), 2u);
  EXPECT_EQ(model[0].change_since, begin);
  EXPECT_EQ(model[1].phase, Finding::Phase::recovered);
  EXPECT_GE(model[1].change_since, end);
  EXPECT_LE(model[1].change_since, end + 45 * kMinute);
}

TEST(RequestRate, names_the_client_that_floods) {
  SeriesRig rig = rig_of();
  Traffic traffic(3);
  for (int i = 0; i < 1500; ++i) traffic.minutes(1, 40).burst(2, mix64(500));
  traffic.minutes(1, 40).burst(800, mix64(500)).minutes(2, 40);
  rig.run(traffic.take());
  char key[40];
  std::snprintf(key, sizeof key, "principal=p:k0:%016llx SPIKE", static_cast<unsigned long long>(mix64(500)));
  EXPECT_TRUE(has(told(rig), key));
}

TEST(RequestRate, says_nothing_before_the_warm_up) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(4).minutes(50, 40).minutes(5, 4000).minutes(3, 40).take());
  EXPECT_TRUE(told(rig).empty());
}

TEST(RequestRate, marks_the_first_day_as_provisional) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(5).minutes(200, 40).minutes(3, 4000).minutes(3, 40).take());
  ASSERT_FALSE(rig.findings().empty());
  EXPECT_TRUE(rig.findings().front().second.provisional);
}

TEST(RequestRate, a_small_change_is_not_worth_an_alert) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(6).minutes(1500, 40).minutes(30, 60).minutes(30, 40).take());
  EXPECT_TRUE(told(rig).empty());
}

TEST(RequestRate, tells_silence_of_one_model_while_others_talk) {
  SeriesRig rig = rig_of();
  Traffic traffic(7);
  for (int i = 0; i < 1600; ++i) {
    traffic.minutes(1, 20);
    for (int k = 0; i < 1500 && k < 10; ++k) traffic.add("other", "t2", mix64(77));
  }
  rig.run(traffic.take());
  EXPECT_TRUE(has(told(rig), "model=other SILENCE"));
  EXPECT_FALSE(has(told(rig), "model=m SILENCE"));
}

TEST(RequestRate, tells_silence_of_the_whole_feed_when_only_time_goes_on) {
  SeriesRig rig = rig_of();
  Traffic traffic(8);
  rig.run(traffic.minutes(1500, 20).take());
  EXPECT_TRUE(told(rig).empty());
  rig.idle_until(traffic.now() + kHour);
  EXPECT_TRUE(has(told(rig), "model=m SILENCE"));
}

TEST(RequestRate, a_key_that_talks_now_and_then_is_not_told_for_silence) {
  SeriesRig rig = rig_of();
  Traffic traffic(9);
  for (int i = 0; i < 2000; ++i) {
    traffic.minutes(1, 20);
    if (i % 20 == 0 && i < 1500) traffic.add("rare", "t", mix64(3));
  }
  rig.run(traffic.take());
  EXPECT_FALSE(has(told(rig), "model=rare SILENCE"));
}

TEST(RequestRate, a_jump_of_days_is_a_gap_however_the_watermark_gets_there) {
  std::vector<std::string> before;
  for (const int steps : {1, 7, 5000}) {
    SeriesRig rig = rig_of();
    Traffic traffic(10);
    rig.run(traffic.minutes(1500, 20).take());
    const Time from = traffic.now();
    traffic.pause(4 * 1440);
    for (int i = 1; i <= steps; ++i) rig.idle_until(from + i * (traffic.now() - from) / steps);
    rig.run(traffic.minutes(200, 20).take());
    if (before.empty()) before = rig.lines();
    EXPECT_FALSE(before.empty());
    EXPECT_EQ(rig.lines(), before) << steps;
  }
}

TEST(RequestRate, split_cuts_restarts_and_lag_do_not_change_what_is_told) {
  for (std::uint64_t seed = 20; seed < 24; ++seed) {
    Traffic traffic(seed);
    traffic.minutes(300, 12)
        .minutes(1, 12)
        .burst(700, mix64(3))
        .minutes(40, 12)
        .minutes(5, 500)
        .minutes(60, 12);
    const auto requests = traffic.take();
    SeriesRig straight =
        rig_of({.partitions = 1, .batch_rows = 100000, .restart_each_step = false, .judge_lag = {}});
    straight.run(requests);
    straight.idle_until(traffic.now() + 2 * kHour);
    ASSERT_FALSE(straight.findings().empty());
    std::mt19937_64 random(seed);
    for (int round = 0; round < 3; ++round) {
      SeriesRig other = rig_of({.partitions = 1 + random() % 4,
                                .batch_rows = 20 + random() % 300,
                                .restart_each_step = true,
                                .judge_lag = (random() % 5) * kMinute});
      other.run(requests);
      other.idle_until(traffic.now() + 2 * kHour);
      EXPECT_EQ(other.lines(), straight.lines()) << seed << " " << round;
      EXPECT_EQ(other.failed(), 0u);
    }
  }
}

TEST(RequestRate, restarts_over_a_full_house_change_nothing) {
  Common common;
  common.max_keys = 30;
  Traffic traffic(31);
  for (int i = 0; i < 150; ++i) traffic.minutes(1, 15).invented(40);
  traffic.minutes(1, 15).burst(900, mix64(2)).minutes(5, 15);
  const auto requests = traffic.take();
  SeriesRig straight = rig_of({}, common);
  straight.run(requests);
  SeriesRig other =
      rig_of({.partitions = 3, .batch_rows = 777, .restart_each_step = true, .judge_lag = kMinute}, common);
  other.run(requests);
  other.idle_until(traffic.now());
  straight.idle_until(traffic.now());
  EXPECT_EQ(other.lines(), straight.lines());
  EXPECT_FALSE(straight.findings().empty());
}

TEST(RequestRate, invented_clients_neither_fill_memory_nor_hide_the_real_ones) {
  Common common;
  common.max_keys = 100;
  SeriesRig rig =
      rig_of({.partitions = 2, .batch_rows = 4096, .restart_each_step = false, .judge_lag = {}}, common);
  Traffic traffic(40);
  for (int i = 0; i < 300; ++i) traffic.minutes(1, 40).burst(2, mix64(500));
  rig.run(traffic.take());
  const std::size_t before = rig.findings().size();
  for (int i = 0; i < 120; ++i) traffic.minutes(1, 40).burst(2, mix64(500)).invented(3000);
  traffic.minutes(1, 40).burst(2000, mix64(500)).invented(3000).minutes(2, 40);
  rig.run(traffic.take());
  EXPECT_EQ(before, 0u);
  EXPECT_TRUE(has(told(rig), "model=m SPIKE"));
  char key[40];
  std::snprintf(key, sizeof key, "principal=p:k0:%016llx SPIKE", static_cast<unsigned long long>(mix64(500)));
  EXPECT_TRUE(has(told(rig), key));
  EXPECT_LE(rig.judge().tally().keys, 102u);
  EXPECT_GT(rig.judge().tally().evicted, 1000u);
  EXPECT_GT(rig.observed().unwatched, 100000u);
  EXPECT_LT(rig.state_bytes(), 3000000u);
}

TEST(RequestRate, late_events_are_counted_apart) {
  SeriesRig rig = rig_of();
  Traffic traffic(50);
  rig.run(traffic.minutes(10, 20).take());
  const Tally before = rig.observed();
  rig.run({{kStart + 2 * kMinute, "m", "t", 5}, {kStart + 9 * kMinute, "m", "t", 5}});
  EXPECT_EQ(rig.observed().late - before.late, 1u);
  EXPECT_EQ(rig.observed().counted - before.counted, 1u);
}

TEST(RequestRate, shows_each_pane_of_each_series_to_a_tap) {
  struct Tap final : SeriesTap {
    void point(const Entity& entity, std::string_view series, Time start, const SeriesPoint& point) override {
      EXPECT_EQ(series, "requests");
      EXPECT_FALSE(std::isnan(point.value));
      seen.insert({to_key(entity), start});
    }
    std::set<std::pair<std::string, Time>> seen;
  } tap;
  SeriesRig rig = rig_of();
  rig.tap(&tap);
  Traffic traffic(60);
  for (int i = 0; i < 100; ++i) {
    traffic.minutes(1, 0);
    traffic.add("m", "t", 9);
  }
  rig.run(traffic.take());
  rig.idle_until(traffic.now() + kMinute + 30 * kSecond);
  EXPECT_EQ(tap.seen.size(), 300u);
}

TEST(RequestRate, shows_what_it_takes_for_normal_also_after_a_restart) {
  SeriesRig rig = rig_of();
  rig.run(Traffic(70).minutes(200, 40, 2).take());
  const std::vector<BaselineView> views = rig.judge().baselines();
  ASSERT_EQ(views.size(), 4u) << "a model, a tenant, two clients";
  const BaselineView& model = views.front();
  EXPECT_EQ(to_key(model.entity), "model=m");
  EXPECT_EQ(model.state, "provisional");
  EXPECT_EQ(model.from, kStart);
  EXPECT_EQ(model.to, kStart + 199 * kMinute);
  EXPECT_NEAR(model.events, 200 * 40, 800);
  ASSERT_EQ(model.details.size(), 2u);
  EXPECT_TRUE(model.details[0].starts_with("requests per 1m: mean ")) << model.details[0];
  EXPECT_TRUE(model.details[1].starts_with("199 panes of 1m seen; remembers level")) << model.details[1];
  const std::vector<BaselineView> stored = rig.stored_baselines();
  ASSERT_EQ(stored.size(), views.size());
  for (std::size_t i = 0; i < views.size(); ++i) EXPECT_EQ(stored[i].details, views[i].details);
  EXPECT_EQ(rig.failed(), 0u);
}

}  // namespace
}  // namespace vedette
