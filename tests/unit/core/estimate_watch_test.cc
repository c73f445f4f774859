#include "core/estimate_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "core/drift_partial.h"
#include "unit/core/label_store.h"

namespace vedette::estimate {
namespace {

using labels_test::Store;

constexpr Time kStart = from_ms(1'773'619'200'000);
const std::string kScope = drift::scope_key("m", "1");

Rules rules() { return {0.05, 2 * kDay, 10 * kSecond, 0.05, false}; }

/// Mean confidence and answers of the minute `i`, given a normal deviate of its own.
struct Minute {
  double mean = 0.85;
  int answers = 6;
};
using Course = std::function<Minute(int, double)>;

struct Told {
  std::vector<News> news;
  Store store;
};

Watch restarted(const Store& store) {
  Watch watch;
  for (const auto& [key, bytes] : store.range("b", "c"))
    EXPECT_TRUE(watch.load_block(drift::time_of_key(key.substr(key.size() - 8)), bytes));
  EXPECT_TRUE(watch.load_head(store.get("s" + kScope)));
  return watch;
}

Told run(int minutes, std::uint64_t seed, const Course& course, bool restarts = false) {
  std::mt19937_64 random(seed);
  std::normal_distribution<> normal;
  Watch watch;
  Told result;
  for (int i = 0; i < minutes; ++i) {
    const Minute minute = course(i, normal(random));
    std::vector<Confidence> answers;
    for (int a = 0; a < minute.answers; ++a) {
      const double p = std::clamp(minute.mean + 0.08 * normal(random), 0.5, 1.0);
      answers.push_back({static_cast<std::uint64_t>(p * Confidence::kOne)});
    }
    if (const auto news = watch.predicted(kStart + i * kMinute, answers, rules()))
      result.news.push_back(*news);
    watch.save(kScope, result.store);
    if (restarts && i % 7 == 0) watch = restarted(result.store);
  }
  return result;
}

constexpr int kDayMinutes = 1440;

Minute drops_on_third_day(int i, double /*own*/) {
  return {i >= 3 * kDayMinutes && i < 4 * kDayMinutes ? 0.72 : 0.85, 6};
}

TEST(EstimateWatch, tells_a_drop_and_that_it_is_over) {
  const Told seen = run(5 * kDayMinutes, 1, drops_on_third_day);
  ASSERT_GE(seen.news.size(), 2U);
  const Look& first = seen.news.front().look;
  EXPECT_FALSE(seen.news.front().recovered);
  EXPECT_GE(first.drop, 0.05);
  EXPECT_LT(first.drop, 0.14);
  EXPECT_LT(first.half, first.drop);
  EXPECT_LT(std::abs((first.since - (kStart + 3 * kDay)).count()), (30 * kMinute).count());
  EXPECT_LT(first.end, kStart + 3 * kDay + 6 * kHour);
  EXPECT_TRUE(seen.news.back().recovered);
  EXPECT_GE(seen.news.back().look.end, kStart + 4 * kDay);
}

TEST(EstimateWatch, restarts_change_nothing) {
  const Told straight = run(5 * kDayMinutes, 1, drops_on_third_day);
  const Told other = run(5 * kDayMinutes, 1, drops_on_third_day, true);
  ASSERT_EQ(other.news.size(), straight.news.size());
  for (std::size_t i = 0; i < other.news.size(); ++i) {
    EXPECT_EQ(other.news[i].look.end, straight.news[i].look.end);
    EXPECT_EQ(other.news[i].look.counts, straight.news[i].look.counts);
    EXPECT_EQ(other.news[i].look.since, straight.news[i].look.since);
    EXPECT_EQ(other.news[i].recovered, straight.news[i].recovered);
  }
  EXPECT_EQ(other.store.state, straight.store.state);
}

/// Alerts of streams that are as they ever were, over many seeds.
std::size_t alarms(const std::function<Course()>& null) {
  std::size_t all = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) all += run(9 * kDayMinutes, seed, null()).news.size();
  return all;
}

TEST(EstimateWatch, independent_answers_raise_nothing) {
  EXPECT_EQ(alarms([] { return [](int, double) { return Minute{0.8, 4}; }; }), 0U);
}

TEST(EstimateWatch, a_daily_rhythm_raises_nothing) {
  EXPECT_EQ(alarms([] {
              return [](int i, double own) {
                const double hour = std::cos(2 * std::numbers::pi * i / kDayMinutes);
                return Minute{0.78 - 0.1 * hour + 0.02 * own, i % 4 == 0 ? 0 : 4};
              };
            }),
            0U);
}

TEST(EstimateWatch, autocorrelated_answers_raise_nothing) {
  EXPECT_EQ(alarms([] {
              return [level = 0.0](int, double own) mutable {
                level = 0.99 * level + std::sqrt(1 - 0.99 * 0.99) * own;
                return Minute{0.8 + 0.07 * level, 4};
              };
            }),
            0U);
}

TEST(EstimateWatch, few_answers_raise_nothing) {
  EXPECT_EQ(alarms([] {
              return [](int i, double own) {
                return Minute{i > 4 * kDayMinutes ? 0.6 : 0.8, own > 2.9 ? 1 : 0};
              };
            }),
            0U);
}

TEST(EstimateWatch, answers_that_are_all_sure_raise_nothing) {
  EXPECT_EQ(alarms([] { return [](int, double) { return Minute{3, 4}; }; }), 0U);
}

TEST(EstimateWatch, holds_no_more_blocks_than_it_may) {
  Store store;
  Watch watch;
  Rules forever = rules();
  forever.recording = true;
  for (int i = 0; i < 3000; ++i) {
    watch.predicted(kStart + i * 7 * kMinute, {{900'000}}, forever);
    watch.save(kScope, store);
  }
  EXPECT_LE(store.range("b", "c").size(), static_cast<std::size_t>(Watch::kMostBlocks));
  watch.end_recording();
  watch.save(kScope, store);
  EXPECT_TRUE(watch.baseline());
  EXPECT_TRUE(store.range("b", "c").empty());
  watch.forget(kScope, store);
  EXPECT_TRUE(store.state.empty());
}

TEST(EstimateWatch, damaged_state_is_refused) {
  const Told seen = run(4 * kDayMinutes, 1, drops_on_third_day);
  const std::string head = seen.store.get("s" + kScope);
  for (std::size_t size = 0; size < head.size(); ++size)
    EXPECT_FALSE(Watch().load_head(std::string_view(head).substr(0, size))) << size;
  EXPECT_FALSE(Watch().load_head(head + "x"));
  EXPECT_FALSE(Watch().load_block(kStart, "abc"));
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = head;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    Watch watch;
    if (!watch.load_head(bytes)) continue;
    watch.predicted(kStart + 10 * kDay, {{900'000}}, rules());
    watch.predicted(kStart + 11 * kDay, {{900'000}}, rules());
  }
}

}  // namespace
}  // namespace vedette::estimate
