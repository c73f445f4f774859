#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "core/series_model.h"

namespace vedette::series {
namespace {

constexpr Time kStart = from_ms(1772409600000);
constexpr double kIncident = .23, kOnset = 1.65;

/// A rhythm of a day around 1000 with noise of 20.
class Rhythm {
 public:
  double at(Duration since_start) {
    const double days = std::chrono::duration<double>(since_start) / std::chrono::duration<double>(kDay);
    return 1000 + 600 * std::sin(2 * std::numbers::pi * days) + 20 * noise_(random_);
  }

 private:
  std::mt19937_64 random_{7};
  std::normal_distribution<double> noise_;
};

std::array<double, 11> numbers_of(const SeriesPoint& p) {
  return {p.value, p.expected, p.usual,    p.recent,  p.low,    p.high,
          p.score, p.onset,    p.incident, p.novelty, p.p_value};
}

void expect_same(const SeriesPoint& one, const SeriesPoint& other) {
  const auto a = numbers_of(one), b = numbers_of(other);
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << i << ": " << a[i] << ' ' << b[i];
}

SeriesModel reloaded(const SeriesModel& model, SeriesShape shape) {
  std::string bytes;
  ByteWriter out(bytes);
  model.save(out);
  SeriesModel loaded(shape);
  ByteReader in(bytes);
  EXPECT_TRUE(loaded.load(in).ok());
  EXPECT_TRUE(in.done());
  return loaded;
}

/// A model that is saved and loaded after every pane says what one says that goes straight on.
void expect_same_after_reloads(SeriesShape shape, Duration step, Depth depth) {
  SeriesModel straight(shape, depth);
  SeriesModel broken(shape, depth);
  std::mt19937_64 random(5);
  std::poisson_distribution<int> counts(9);
  Time at = kStart;
  for (int i = 0; i < 1200; ++i) {
    at += step * (i % 400 == 399 ? 30 : 1 + static_cast<int>(random() % 5 == 0));
    const double x = random() % 11 == 0 ? kUnknown : counts(random) * (i > 900 && i < 930 ? 40 : 1);
    expect_same(straight.step(at, x), broken.step(at, x));
    ASSERT_EQ(straight.pace(), broken.pace());
    broken = reloaded(broken, shape);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SeriesProperty, saving_after_every_pane_changes_nothing) {
  expect_same_after_reloads({.pane = kMinute, .counts = true}, kMinute, Depth::week);
  expect_same_after_reloads({.pane = kSecond, .counts = true}, kSecond, Depth::none);
  expect_same_after_reloads({.pane = kMinute, .counts = false, .paced = true}, 5 * kMinute, Depth::week);
  expect_same_after_reloads({.pane = kDay, .counts = false}, kDay, Depth::day);
}

/// Scale of any size is only a unit; a power of two leaves even the last bit.
TEST(SeriesProperty, a_power_of_two_leaves_every_score_as_it_is) {
  for (const double scale : {1. / 1048576, .5, 4., 65536.}) {
    SeriesModel plain({.pane = 5 * kMinute, .counts = false}, Depth::week);
    SeriesModel scaled({.pane = 5 * kMinute, .counts = false}, Depth::week);
    Rhythm rhythm;
    for (int i = 0; i < 3000; ++i) {
      const double x = rhythm.at(i * 5 * kMinute) * (i % 977 == 976 ? 6 : 1);
      const Time at = kStart + i * 5 * kMinute;
      const SeriesPoint one = plain.step(at, x);
      const SeriesPoint other = scaled.step(at, scale * x);
      ASSERT_EQ(one.score, other.score) << scale << " at " << i;
      ASSERT_EQ(one.onset, other.onset) << scale << " at " << i;
      ASSERT_EQ(one.incident, other.incident) << scale << " at " << i;
    }
  }
}

/// Panes from which `incident` was told.
std::vector<int> incidents(double scale, double shift) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
  Rhythm rhythm;
  std::vector<int> told;
  for (int i = 0; i < 20 * 288; ++i) {
    const double x = rhythm.at(i * 5 * kMinute) + (i >= 10 * 288 && i < 10 * 288 + 60 ? 2000 : 0);
    if (model.step(kStart + i * 5 * kMinute, shift + scale * x).incident >= kIncident) told.push_back(i);
  }
  return told;
}

TEST(SeriesProperty, incidents_do_not_depend_on_unit_or_zero) {
  const std::vector<int> plain = incidents(1, 0);
  ASSERT_NE(std::find(plain.begin(), plain.end(), 10 * 288), plain.end());
  EXPECT_EQ(incidents(1e6, 0), plain);
  EXPECT_EQ(incidents(.001, 0), plain);
  EXPECT_EQ(incidents(1, -5000), plain);
  EXPECT_EQ(incidents(1.8, 32), plain);
}

TEST(SeriesProperty, values_missing_at_random_keep_the_pace_and_are_no_incident) {
  for (const unsigned missing_of_ten : {1u, 3u, 5u}) {
    const SeriesShape shape{.pane = kMinute, .counts = false, .paced = true};
    SeriesModel model(shape, Depth::week);
    std::mt19937_64 random(missing_of_ten);
    Rhythm rhythm;
    int told = 0;
    for (int i = 0; i < 14 * 288; ++i) {
      const double x = rhythm.at(i * 5 * kMinute);
      const bool missing = random() % 10 < missing_of_ten;
      if (missing && random() % 2 == 0) continue;  // Never came; the others say `null`.
      const SeriesPoint point = model.step(kStart + i * 5 * kMinute, missing ? kUnknown : x);
      told += i >= 3 * 288 && point.incident >= kIncident ? 1 : 0;
      if (i > 100 && missing_of_ten <= 3) {
        ASSERT_EQ(model.pace(), 5 * kMinute) << i;
      }
    }
    EXPECT_LE(told, 1) << missing_of_ten;
  }
}

/// Whatever the length of its panes; a few records of a young series are no more than that.
TEST(SeriesProperty, panes_of_a_second_and_of_a_day_tell_a_jump_and_are_quiet_before) {
  for (const Duration pane : {kSecond, kDay}) {
    SeriesModel model({.pane = pane, .counts = false}, Depth::week);
    std::mt19937_64 random(2);
    std::normal_distribution<double> noise(100, 5);
    int told = 0;
    for (int i = 0; i < 2000; ++i) {
      const SeriesPoint point = model.step(kStart + i * pane, noise(random));
      told += i >= 200 && point.incident >= kIncident ? 1 : 0;
    }
    EXPECT_LE(told, 4) << to_text(pane);
    EXPECT_GE(model.step(kStart + 2000 * pane, 400).novelty, 3 * kIncident) << to_text(pane);
  }
}

TEST(SeriesProperty, a_series_goes_on_after_a_gap_of_any_length) {
  for (const Duration gap :
       {2 * kMinute, 9 * kMinute, 10 * kMinute, 11 * kMinute, 12 * kMinute, kHour, kDay, kWeek, 53 * kWeek}) {
    SeriesModel model({.pane = kMinute, .counts = false}, Depth::week);
    Rhythm rhythm;
    Duration since{0};
    for (int i = 0; i < 3 * 1440; ++i, since += kMinute) model.step(kStart + since, rhythm.at(since));
    since += gap;
    for (int i = 0; i < 60; ++i, since += kMinute) {
      const SeriesPoint point = model.step(kStart + since, rhythm.at(since));
      for (const double number : numbers_of(point)) ASSERT_TRUE(std::isfinite(number));
      ASSERT_LT(point.incident, kIncident) << to_text(gap) << " and " << i;
    }
    const SeriesPoint jump = model.step(kStart + since, 9000);
    EXPECT_GE(jump.incident, kIncident) << to_text(gap);
  }
}

TEST(SeriesProperty, a_clock_that_changes_by_an_hour_is_hardly_news) {
  for (const Duration change : {kHour, Duration{-kHour}}) {
    SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
    Rhythm rhythm;
    int told = 0;
    for (int i = 0; i < 21 * 288; ++i) {
      const Duration since = i * 5 * kMinute;
      const bool changed = i >= 14 * 288;
      const SeriesPoint point =
          model.step(kStart + since, rhythm.at(since + (changed ? change : Duration{})));
      told += changed && point.incident >= kIncident ? 1 : 0;
    }
    EXPECT_LE(told, 1);
  }
}

TEST(SeriesProperty, no_incident_is_told_in_the_first_day) {
  for (const Duration pane : {kMinute, 5 * kMinute, kHour}) {
    const auto day = static_cast<int>(kDay / pane);
    const auto first_told = [&](int jump) {
      SeriesModel model({.pane = pane, .counts = false}, Depth::week);
      double told = 0;
      for (int i = 0; i <= jump; ++i) told = model.step(kStart + i * pane, i < jump ? i % 2 : 9).incident;
      return told;
    };
    EXPECT_EQ(first_told(day - 1), 0) << to_text(pane);
    EXPECT_GE(first_told(std::max(day, 50)), kIncident) << to_text(pane);
  }
}

TEST(SeriesProperty, a_very_short_series_says_nothing) {
  for (const double first : {0., 7., -1e12}) {
    SeriesModel model({.pane = kMinute, .counts = true});
    for (int i = 0; i < 20; ++i) {
      const SeriesPoint point = model.step(kStart + i * kMinute, i == 0 ? first : i * 1000.);
      EXPECT_EQ(point.score, 0) << i;
      EXPECT_EQ(point.incident, 0) << i;
      EXPECT_EQ(point.onset, 0) << i;
    }
  }
}

TEST(SeriesProperty, a_constant_of_any_size_is_never_odd) {
  for (const double constant : {0., 1., -3.25, 1e12}) {
    SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
    for (int i = 0; i < 30 * 288; ++i) {
      const SeriesPoint point = model.step(kStart + i * 5 * kMinute, constant);
      ASSERT_LT(point.incident, kIncident) << constant << " at " << i;
      ASSERT_LT(point.onset, kOnset) << constant << " at " << i;
    }
  }
}

}  // namespace
}  // namespace vedette::series
