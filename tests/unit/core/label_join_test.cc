#include "core/label_join.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "unit/core/label_store.h"
#include "vedette/hash.h"

namespace vedette::labels {
namespace {

using labels_test::Store;

constexpr Duration kPane = 10 * kSecond;
constexpr Time kStart = from_ms(1'773'619'200'000);

Time pane(int number) { return kStart + number * kPane; }

Prediction said(std::uint64_t id, Time time, const char* label = "yes") {
  return {id, time, name_of(label), kUnknown, {}};
}
Truth truth(std::uint64_t id, Time time, const char* label = "no") {
  return {id, time, name_of(label), kUnknown};
}

/// A join that is saved and loaded again before every step, if asked to.
class Rig {
 public:
  explicit Rig(bool restarts, ModelJoin::Bounds bounds = {})
      : restarts_(restarts), bounds_(bounds), join_("m", bounds) {}

  std::vector<Joined> step(int number, const std::vector<Prediction>& predictions,
                           const std::vector<Truth>& truths) {
    if (restarts_) restart();
    join_.expire(pane(number));
    if (!predictions.empty()) join_.put(pane(number), "1", predictions);
    auto joined = join_.join(pane(number), truths);
    join_.save(store_);
    return joined;
  }
  void restart() {
    join_ = ModelJoin("m", bounds_);
    for (const auto& [key, bytes] : store_.state) {
      const std::size_t skip = 1 + ModelJoin::key_of("m").size();
      const Status loaded = join_.load(key[0], std::string_view(key).substr(skip), bytes);
      EXPECT_TRUE(loaded.ok()) << loaded.message();
    }
  }
  ModelJoin& join() { return join_; }
  Store& store() { return store_; }

 private:
  bool restarts_;
  ModelJoin::Bounds bounds_;
  Store store_;
  ModelJoin join_;
};

class LabelJoin : public testing::TestWithParam<bool> {};

TEST_P(LabelJoin, a_late_label_finds_its_prediction) {
  Rig rig(GetParam());
  EXPECT_TRUE(rig.step(1, {said(7, pane(0))}, {}).empty());
  const auto joined = rig.step(9000, {}, {truth(7, pane(8999))});
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].version, "1");
  EXPECT_EQ(joined[0].prediction.said, name_of("yes"));
  EXPECT_EQ(joined[0].at, pane(8999));
}

TEST_P(LabelJoin, a_label_may_come_a_little_before_its_prediction) {
  Rig rig(GetParam());
  EXPECT_TRUE(rig.step(1, {}, {truth(7, pane(0))}).empty());
  const auto joined = rig.step(2, {said(7, pane(1))}, {});
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].at, pane(1));
  EXPECT_TRUE(rig.step(3, {said(7, pane(2))}, {}).empty());
}

TEST_P(LabelJoin, a_label_does_not_wait_long) {
  Rig rig(GetParam());
  rig.step(1, {}, {truth(7, pane(0))});
  const int after = 2 + static_cast<int>(ModelJoin::kEarly / kPane);
  EXPECT_TRUE(rig.step(after, {said(7, pane(after - 1))}, {}).empty());
}

TEST_P(LabelJoin, a_second_label_replaces_nothing) {
  Rig rig(GetParam());
  rig.step(1, {said(7, pane(0))}, {});
  EXPECT_EQ(rig.step(2, {}, {truth(7, pane(1))}).size(), 1U);
  EXPECT_TRUE(rig.step(3, {}, {truth(7, pane(2), "yes")}).empty());
}

TEST_P(LabelJoin, of_two_predictions_with_one_id_the_first_counts) {
  Rig rig(GetParam());
  rig.step(1, {said(7, pane(0), "yes")}, {});
  rig.step(2, {said(7, pane(1), "no")}, {});
  const auto joined = rig.step(3, {}, {truth(7, pane(2))});
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_EQ(joined[0].prediction.said, name_of("yes"));
}

TEST_P(LabelJoin, a_prediction_waits_for_as_long_as_it_may) {
  Rig rig(GetParam(), {.join_for = kHour});
  rig.step(1, {said(7, pane(0))}, {});
  rig.step(2, {said(8, pane(1))}, {});
  EXPECT_TRUE(rig.step(361, {}, {truth(7, pane(360))}).empty());
  EXPECT_EQ(rig.step(361, {}, {truth(8, pane(360))}).size(), 1U);
}

TEST_P(LabelJoin, too_many_predictions_are_thinned_out_by_id) {
  Rig rig(GetParam(), {.predictions = 100});
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> ids;
  for (int number = 1; number <= 40; ++number) {
    std::vector<Prediction> predictions;
    for (int i = 0; i < 10; ++i) predictions.push_back(said(ids.emplace_back(random()), pane(number - 1)));
    rig.step(number, predictions, {});
    EXPECT_LE(rig.join().size(), 100U);
  }
  std::vector<Truth> truths;
  for (const std::uint64_t id : ids) truths.push_back(truth(id, pane(40)));
  const auto joined = rig.step(41, {}, truths);
  EXPECT_GE(joined.size(), 30U);
  // Labels of what was left out do not wait for it.
  EXPECT_EQ(rig.join().size(), 0U);
  std::set<Time> panes;
  for (const Joined& one : joined) panes.insert(one.prediction.time);
  EXPECT_GT(panes.size(), 20U);
}

TEST_P(LabelJoin, leaves_nothing_behind_when_nothing_waits) {
  Rig rig(GetParam());
  rig.step(1, {said(7, pane(0)), said(8, pane(0))}, {truth(9, pane(0))});
  rig.step(2, {}, {truth(7, pane(1))});
  EXPECT_EQ(rig.store().state.size(), 3U);  // Itself, a prediction, an early label.
  rig.step(60, {}, {truth(8, pane(59))});
  EXPECT_EQ(rig.store().state.size(), 1U);
  rig.join().forget(rig.store());
  EXPECT_TRUE(rig.store().state.empty());
}

INSTANTIATE_TEST_SUITE_P(Restarts, LabelJoin, testing::Bool());

TEST(LabelJoinState, restarts_at_every_point_change_nothing) {
  Rig straight(false, {.join_for = kHour, .predictions = 300});
  Rig carried(true, {.join_for = kHour, .predictions = 300});
  std::mt19937_64 random(11);
  for (int number = 1; number < 600; ++number) {
    std::vector<Prediction> predictions;
    std::vector<Truth> truths;
    for (std::size_t i = random() % 4; i > 0; --i)
      predictions.push_back(said(mix64(random() % 2000), pane(number - 1)));
    for (std::size_t i = random() % 4; i > 0; --i)
      truths.push_back(truth(mix64(random() % 2000), pane(number - 1)));
    const auto a = straight.step(number, predictions, truths);
    const auto b = carried.step(number, predictions, truths);
    ASSERT_EQ(a.size(), b.size()) << number;
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].prediction.id, b[i].prediction.id);
      EXPECT_EQ(a[i].prediction.time, b[i].prediction.time);
      EXPECT_EQ(a[i].truth.time, b[i].truth.time);
    }
    ASSERT_EQ(straight.store().state, carried.store().state) << number;
  }
}

TEST(LabelJoinState, damaged_bytes_are_refused) {
  Rig rig(false);
  rig.step(1, {said(7, pane(0))}, {truth(9, pane(0))});
  const std::size_t skip = 1 + ModelJoin::key_of("m").size();
  for (const auto& [key, bytes] : rig.store().state) {
    ModelJoin join("m", {});
    const std::string_view rest = std::string_view(key).substr(skip);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(join.load(key[0], rest, bytes.substr(0, size)).ok()) << key[0] << size;
    if (key[0] != 'm') {
      EXPECT_FALSE(join.load(key[0], rest.substr(1), bytes).ok()) << key[0];
      EXPECT_FALSE(join.load(key[0], std::string(rest.size(), '\xff'), bytes).ok()) << key[0];
    }
  }
}

}  // namespace
}  // namespace vedette::labels
