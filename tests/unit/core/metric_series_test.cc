#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "support/series_rig.h"
#include "vedette/series.h"

namespace vedette {
extern const DetectorKind metric_anomaly_kind;

namespace {

using testing_support::MetricSample;
using testing_support::SeriesRig;
using testing_support::SeriesRigOptions;

constexpr Time kStart = from_ms(1772409600000);
constexpr double kNull = std::numeric_limits<double>::quiet_NaN();

struct Tap final : SeriesTap {
  void point(const Entity& entity, std::string_view, Time start, const SeriesPoint& point) override {
    points[entity.series].emplace_back(start, point);
  }
  std::map<std::string, std::vector<std::pair<Time, SeriesPoint>>> points;
};

/// `count` samples of one node, `every` apart.
std::vector<MetricSample> steady(int count, Duration every, double mean, double spread,
                                 std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<MetricSample> samples;
  for (int i = 0; i < count; ++i)
    samples.push_back({kStart + i * every, "load", "a", std::normal_distribution<>(mean, spread)(random)});
  return samples;
}

SeriesRig rig_of(SeriesRigOptions options = {}) { return SeriesRig(metric_anomaly_kind, Common{}, options); }

TEST(MetricAnomaly, samples_within_a_pane_are_averaged) {
  SeriesRig rig = rig_of();
  Tap tap;
  rig.tap(&tap);
  rig.run_samples({{kStart, "load", "a", 1},
                   {kStart + 20 * kSecond, "load", "a", 2.5},
                   {kStart + 40 * kSecond, "load", "b", -7}});
  rig.idle_until(kStart + 10 * kMinute);
  ASSERT_EQ(tap.points.size(), 2u);
  ASSERT_EQ(tap.points[R"(load{node="a"})"].size(), 1u) << "a pane without samples is not shown";
  EXPECT_EQ(tap.points[R"(load{node="a"})"][0].second.value, 1.75);
  EXPECT_EQ(tap.points[R"(load{node="b"})"][0].second.value, -7);
}

TEST(MetricAnomaly, a_null_is_shown_as_missing) {
  SeriesRig rig = rig_of();
  Tap tap;
  rig.tap(&tap);
  rig.run_samples({{kStart, "load", "a", 1},
                   {kStart + kMinute, "load", "a", kNull},
                   {kStart + 2 * kMinute, "load", "a", 3}});
  rig.idle_until(kStart + 10 * kMinute);
  const auto& points = tap.points[R"(load{node="a"})"];
  ASSERT_EQ(points.size(), 3u);
  EXPECT_TRUE(std::isnan(points[1].second.value));
  EXPECT_EQ(points[2].second.value, 3);
}

TEST(MetricAnomaly, learns_the_pace_of_each_series) {
  for (const Duration pace : {kMinute, 5 * kMinute, kHour}) {
    SeriesRig rig = rig_of();
    rig.run_samples(steady(100, pace, 10, 1));
    const auto views = rig.judge().baselines();
    ASSERT_EQ(views.size(), 1u);
    EXPECT_NE(views[0].details[1].find("panes of " + to_text(pace) + " seen"), std::string::npos)
        << views[0].details[1];
  }
}

TEST(MetricAnomaly, a_value_between_two_samples_now_and_then_does_not_change_the_pace) {
  SeriesRig rig = rig_of();
  std::vector<MetricSample> samples;
  for (const MetricSample& sample : steady(200, 5 * kMinute, 10, 1)) {
    samples.push_back(sample);
    if (samples.size() % 10 == 0) samples.push_back({sample.time + 2 * kMinute, "load", "a", 10});
  }
  rig.run_samples(samples);
  EXPECT_NE(rig.judge().baselines()[0].details[1].find("panes of 5m"), std::string::npos);
}

TEST(MetricAnomaly, tells_a_jump_and_its_end_in_the_metric_s_own_units) {
  SeriesRig rig = rig_of();
  auto samples = steady(2000, kMinute, -20, .5);
  for (std::size_t i = 1800; i < 1830; ++i) samples[i].value += 25;
  rig.run_samples(samples);
  ASSERT_EQ(rig.findings().size(), 2u);
  const Finding& jump = rig.findings()[0].second;
  EXPECT_EQ(jump.subject, R"(load{node="a"})");
  EXPECT_EQ(jump.entity.series, R"(load{node="a"})");
  EXPECT_EQ(jump.effect_name, "standard_deviations");
  EXPECT_GT(jump.effect, 10);
  EXPECT_TRUE(jump.what.starts_with("rose to ")) << jump.what;
  std::map<std::string, double> numbers(jump.numbers.begin(), jump.numbers.end());
  EXPECT_EQ(numbers.at("pane_seconds"), 60) << "enough to draw the last panes";
  EXPECT_NEAR(numbers.at("recent_4"), samples[1799].value, 1e-4);
  EXPECT_NEAR(numbers.at("recent_5"), samples[1800].value, 1e-4);
  EXPECT_NEAR(numbers.at("expected"), -20, 1);
  EXPECT_LT(numbers.at("low"), numbers.at("high"));
  EXPECT_EQ(rig.findings()[1].second.phase, Finding::Phase::recovered);
  EXPECT_TRUE(rig.findings()[1].second.what.starts_with("back to what is usual"))
      << rig.findings()[1].second.what;
}

TEST(MetricAnomaly, split_restarts_and_lag_change_nothing) {
  const auto lines = [](SeriesRigOptions options) {
    SeriesRig rig = rig_of(options);
    auto samples = steady(1500, kMinute, 1e9, 1e6);
    for (std::size_t i = 1300; i < 1330; ++i) samples[i].value = 0;
    rig.run_samples(samples);
    rig.idle_until(kStart + 1600 * kMinute);
    EXPECT_EQ(rig.failed(), 0u);
    return rig.lines();
  };
  const auto plain = lines({});
  EXPECT_FALSE(plain.empty());
  EXPECT_EQ(lines({.partitions = 3}), plain);
  EXPECT_EQ(lines({.batch_rows = 37, .restart_each_step = true}), plain);
  EXPECT_EQ(lines({.partitions = 2, .judge_lag = 5 * kMinute}), plain);
}

TEST(MetricAnomaly, a_restart_after_every_sample_changes_nothing) {
  const auto lines = [](SeriesRigOptions options) {
    SeriesRig rig = rig_of(options);
    auto samples = steady(400, kMinute, 50, 2);
    for (std::size_t i = 350; i < 360; ++i) samples[i].value = 500;
    rig.run_samples(samples);
    rig.idle_until(kStart + 500 * kMinute);
    EXPECT_EQ(rig.failed(), 0u);
    return rig.lines();
  };
  const auto plain = lines({});
  EXPECT_FALSE(plain.empty());
  EXPECT_EQ(lines({.partitions = 2, .batch_rows = 1, .restart_each_step = true}), plain);
}

/// When what was told, in any unit.
std::vector<std::string> told_in_unit(double scale) {
  SeriesRig rig = rig_of();
  auto samples = steady(2500, kMinute, 50, 2);
  for (std::size_t i = 1800; i < 1830; ++i) samples[i].value += 60;
  for (std::size_t i = 2300; i < 2330; ++i) samples[i].value -= 45;
  for (MetricSample& sample : samples) sample.value *= scale;
  rig.run_samples(samples);
  std::vector<std::string> told;
  for (const auto& [ripe, finding] : rig.findings())
    told.push_back(std::to_string(to_ms(ripe)) + " " + finding.reasons.front());
  return told;
}

TEST(MetricAnomaly, what_is_told_does_not_depend_on_the_unit) {
  const std::vector<std::string> plain = told_in_unit(1);
  ASSERT_EQ(plain.size(), 4u) << "a rise, its end, a fall, its end";
  for (const double scale : {1e-6, .3, 1e9}) EXPECT_EQ(told_in_unit(scale), plain) << scale;
}

TEST(MetricAnomaly, nodes_that_come_and_go_are_no_news_and_leave_room) {
  Common common;
  common.max_keys = 20;
  SeriesRig rig(metric_anomaly_kind, common, {.batch_rows = 100, .restart_each_step = true});
  std::mt19937_64 random(3);
  std::normal_distribution<> noise(10, 1);
  std::vector<MetricSample> samples;
  for (int i = 0; i < 3000; ++i) {
    samples.push_back({kStart + i * kMinute, "load", "stays", noise(random)});
    // Each lives for 1 to 40 minutes, at a level of its own.
    const int pod = i / 40;
    if (i % 40 <= pod % 40)
      samples.push_back(
          {kStart + i * kMinute, "load", "pod-" + std::to_string(pod), 100. * pod + noise(random)});
  }
  rig.run_samples(samples);
  EXPECT_TRUE(rig.findings().empty());
  EXPECT_LE(rig.judge().tally().keys, 20u);
  EXPECT_EQ(rig.failed(), 0u);
}

}  // namespace
}  // namespace vedette
