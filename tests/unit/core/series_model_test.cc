#include "core/series_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

namespace vedette::series {
namespace {

constexpr Time kStart = from_ms(1772409600000);

/// A day's rhythm with noise.
class Curve {
 public:
  explicit Curve(Duration pane) : pane_(pane) {}
  Time time(int at) const { return kStart + at * pane_; }
  double next(int at) {
    const double days = std::chrono::duration<double>(at * pane_) / std::chrono::duration<double>(kDay);
    return 1000 + 600 * std::sin(2 * std::numbers::pi * days) + 20 * noise_(random_);
  }

 private:
  Duration pane_;
  std::mt19937_64 random_{7};
  std::normal_distribution<double> noise_;
};

TEST(SeriesModel, learns_a_daily_rhythm) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
  Curve curve(5 * kMinute);
  double error = 0;
  for (int at = 0; at < 14 * 288; ++at) {
    const double x = curve.next(at);
    const SeriesPoint point = model.step(curve.time(at), x);
    if (at >= 7 * 288) error += std::abs(x - point.expected);
  }
  EXPECT_LT(error / (7 * 288), 30);
}

TEST(SeriesModel, tells_a_level_shift_once_and_is_silent_then) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
  Curve curve(5 * kMinute);
  int told = 0;
  for (int at = 0; at < 10 * 288; ++at) {
    const bool shifted = at >= 9 * 288;
    const SeriesPoint point = model.step(curve.time(at), curve.next(at) * (shifted ? 4 : 1));
    if (at == 9 * 288) {
      EXPECT_GT(point.incident, .4);
      EXPECT_GT(point.onset, 2);
      EXPECT_LT(point.p_value, 1e-3);
    }
    if (shifted && at < 9 * 288 + 75) told += point.incident >= .23 ? 1 : 0;
  }
  EXPECT_EQ(told, 1);
}

TEST(SeriesModel, goes_on_from_saved_bytes_as_if_nothing_had_happened) {
  const SeriesShape shape{.pane = kMinute, .counts = true};
  SeriesModel straight(shape);
  SeriesModel broken(shape);
  std::mt19937_64 random(3);
  std::poisson_distribution<int> counts(5);
  for (int at = 0; at < 3000; ++at) {
    if (at == 500) straight.grow(Depth::day), broken.grow(Depth::day);
    if (at == 900) straight.grow(Depth::week), broken.grow(Depth::week);
    const double x = at % 97 == 0 ? kUnknown : counts(random);
    const SeriesPoint one = straight.step(kStart + at * kMinute, x);
    const SeriesPoint other = broken.step(kStart + at * kMinute, x);
    ASSERT_EQ(std::isnan(one.expected), std::isnan(other.expected)) << at;
    if (!std::isnan(one.expected)) {
      ASSERT_EQ(one.expected, other.expected) << at;
    }
    ASSERT_EQ(one.novelty, other.novelty) << at;
    ASSERT_EQ(one.p_value, other.p_value) << at;
    if (at % 31 != 0) continue;
    std::string bytes;
    ByteWriter out(bytes);
    broken.save(out);
    SeriesModel loaded(shape);
    ByteReader in(bytes);
    ASSERT_TRUE(loaded.load(in).ok());
    ASSERT_TRUE(in.done());
    broken = std::move(loaded);
  }
}

TEST(SeriesModel, refuses_damaged_bytes_and_stays_as_it_was) {
  SeriesModel model({.pane = kMinute, .counts = true}, Depth::day);
  model.step(kStart, 4);
  std::string bytes;
  ByteWriter out(bytes);
  model.save(out);
  for (std::size_t size = 0; size < bytes.size(); size += 37) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(model.load(in).ok()) << size;
  }
  EXPECT_EQ(model.values(), 1u);
  EXPECT_EQ(model.depth(), Depth::day);
}

TEST(SeriesModel, a_long_gap_restarts_the_short_memory_and_keeps_the_clock) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
  Curve curve(5 * kMinute);
  int at = 0;
  for (; at < 7 * 288; ++at) model.step(curve.time(at), curve.next(at));
  at += 144;
  const double x = curve.next(at);
  const SeriesPoint point = model.step(curve.time(at), x);
  EXPECT_NEAR(point.expected, x, 100);
  EXPECT_NEAR(point.recent, x, 1e-3);
}

TEST(SeriesModel, a_short_gap_is_no_restart) {
  SeriesModel model({.pane = kMinute, .counts = false});
  for (int at = 0; at < 100; ++at) model.step(kStart + at * kMinute, 10);
  const SeriesPoint point = model.step(kStart + 108 * kMinute, 20);
  EXPECT_NEAR(point.expected, 10, 1e-3);
  EXPECT_NEAR(point.recent, 11, 1e-3);
}

TEST(SeriesModel, a_gap_alone_is_no_incident) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false});
  double most = 0;
  int row = 0;
  for (int at = 0; at < 3000; ++at, ++row) {
    if (at % 200 == 199) row += 20;
    // Means of ten are always 0, those of fewer are not.
    const SeriesPoint point = model.step(kStart + row * 5 * kMinute, at % 2 == 0 ? 1 : -1);
    if (at > 1000) most = std::max(most, point.incident);
  }
  EXPECT_LT(most, .23);
}

TEST(SeriesModel, learns_its_pace_and_goes_on_with_it_from_saved_bytes) {
  const SeriesShape shape{.pane = kMinute, .counts = false, .paced = true};
  SeriesModel model(shape, Depth::week);
  EXPECT_EQ(model.pace(), kMinute);
  for (int at = 0; at < 40; ++at) model.step(kStart + at * kHour, at % 3);
  EXPECT_EQ(model.pace(), kHour);
  std::string bytes;
  ByteWriter out(bytes);
  model.save(out);
  SeriesModel loaded(shape);
  ByteReader in(bytes);
  ASSERT_TRUE(loaded.load(in).ok());
  EXPECT_EQ(loaded.pace(), kHour);
  EXPECT_EQ(loaded.step(kStart + 40 * kHour, 1).expected, model.step(kStart + 40 * kHour, 1).expected);
  for (int at = 0; at < 40; ++at) model.step(kStart + 41 * kHour + at * 5 * kMinute, at % 3);
  EXPECT_EQ(model.pace(), 5 * kMinute) << "it may change";
}

TEST(SeriesModel, low_counts_of_a_steady_key_are_not_odd) {
  SeriesModel model({.pane = kMinute, .counts = true});
  std::mt19937_64 random(11);
  std::poisson_distribution<int> counts(2);
  int odd = 0;
  for (int at = 0; at < 20000; ++at)
    odd += model.step(kStart + at * kMinute, counts(random)).onset >= 1.65 ? 1 : 0;
  EXPECT_LE(odd, 5);
  EXPECT_GT(model.step(kStart + 20000 * kMinute, 60).onset, 1);
}

/// What a model says of a curve with a level shift, spikes and missing values.
std::vector<SeriesPoint> told_of(double scale, double shift) {
  SeriesModel model({.pane = 5 * kMinute, .counts = false}, Depth::week);
  Curve curve(5 * kMinute);
  std::vector<SeriesPoint> points;
  for (int at = 0; at < 12 * 288; ++at) {
    double x = curve.next(at) + (at > 10 * 288 ? 700 : 0) + (at % 1009 == 1008 ? 3000 : 0);
    if (at % 211 == 0) x = kUnknown;
    points.push_back(model.step(curve.time(at), shift + scale * x));
  }
  return points;
}

/// Units and offsets are no news: Fahrenheit alarms where Celsius does.
TEST(SeriesModel, scores_do_not_depend_on_unit_or_offset) {
  const std::vector<SeriesPoint> plain = told_of(1, 0);
  for (const auto& [scale, shift] : {std::pair(8., 0.), std::pair(1. / 1024, 0.), std::pair(1.8, 32.),
                                     std::pair(-1., 0.), std::pair(1., -4000.)}) {
    const std::vector<SeriesPoint> other = told_of(scale, shift);
    for (std::size_t at = 0; at < plain.size(); ++at) {
      SCOPED_TRACE(testing::Message() << scale << " x + " << shift << " at " << at);
      ASSERT_EQ(std::isnan(plain[at].expected), std::isnan(other[at].expected));
      if (std::isnan(plain[at].expected)) continue;
      ASSERT_NEAR(shift + scale * plain[at].expected, other[at].expected, std::abs(scale) * 2);
      ASSERT_NEAR(plain[at].incident, other[at].incident, .01 + .05 * plain[at].incident);
      ASSERT_NEAR(plain[at].onset, other[at].onset, .02 + .05 * plain[at].onset);
    }
  }
}

TEST(SeriesModel, is_small_without_tables) {
  EXPECT_LE(SeriesModel({}).bytes(), 1300u);
  EXPECT_LE(SeriesModel({}, Depth::week).bytes(), 5200u);
}

TEST(SeriesModel, extreme_values_leave_finite_outputs) {
  SeriesModel model({.pane = kMinute, .counts = false}, Depth::week);
  for (int at = 0; at < 400; ++at) {
    const double x = at % 3 == 0 ? 1e300 : at % 3 == 1 ? -1e300 : 0;
    const SeriesPoint point = model.step(kStart + at * kMinute, x);
    ASSERT_TRUE(std::isfinite(point.score) && std::isfinite(point.incident) && std::isfinite(point.p_value))
        << at;
  }
}

}  // namespace
}  // namespace vedette::series
