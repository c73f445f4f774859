#include "core/label_observer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "core/label_rows.h"
#include "unit/core/label_events.h"

namespace vedette::labels {
namespace {

using labels_test::LabelBatch;
using labels_test::LabelEvent;

constexpr Time kStart = from_ms(1'773'619'200'000);

class Partial final : public Partials {
 public:
  std::map<std::pair<Time, std::string>, std::vector<std::string>> panes;
  void put(Time /*pane_end*/, std::string_view /*scope*/, std::string_view /*bytes*/) override {
    ADD_FAILURE() << "what is new is left, not all";
  }
  void add(Time pane_end, std::string_view scope, std::string_view bytes) override {
    panes[{pane_end, std::string(scope)}].emplace_back(bytes);
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}
};

Common common() {
  Common common;
  common.window = 10 * kSecond;
  return common;
}

/// Of all scopes, as the judge has them.
Records merged(const Partial& partial) {
  Records all;
  EXPECT_FALSE(partial.panes.empty());
  for (const auto& [key, left] : partial.panes)
    for (const std::string& bytes : left) {
      auto records = decode_records(bytes);
      EXPECT_TRUE(records.ok());
      all.merge(std::move(*records));
    }
  all.settle();
  return all;
}

Records only_pane(LabelObserver& observer) {
  Partial partial;
  observer.save(partial);
  return merged(partial);
}

Records observed(const std::vector<LabelEvent>& events) {
  LabelObserver observer(common());
  LabelBatch batch;
  observer.observe(batch.of(events), {0, events.size()});
  return only_pane(observer);
}

LabelEvent inference(const std::string& id) {
  return {.time = kStart, .id = id, .label = "yes", .probabilities = {{"no", 0.25}, {"yes", 0.75}}};
}

TEST(LabelObserver, an_answer_is_its_label) {
  const Records records = observed({inference("a")});
  ASSERT_EQ(records.predictions.size(), 1U);
  EXPECT_EQ(records.predictions[0].id, LabelBatch::id_of("a"));
  EXPECT_EQ(records.predictions[0].said, name_of("yes"));
  EXPECT_EQ(records.names.text(name_of("no")), "no");
  const std::vector<Loss> losses = {{name_of("yes"), 288}, {name_of("no"), 1386}};
  EXPECT_EQ(records.predictions[0].losses, losses);
}

TEST(LabelObserver, without_a_label_the_likeliest_class_is_the_answer) {
  LabelEvent event = inference("a");
  event.label.clear();
  EXPECT_EQ(observed({event}).predictions[0].said, name_of("yes"));
}

TEST(LabelObserver, a_score_alone_is_an_amount) {
  const Records records = observed({{.time = kStart, .id = "a", .score = 2.5}});
  EXPECT_EQ(records.predictions[0].said, 0U);
  EXPECT_EQ(records.predictions[0].score, 2.5);
}

TEST(LabelObserver, a_label_that_is_a_whole_number_is_a_class_too) {
  const Records records = observed({{.kind = EventKind::label, .time = kStart, .id = "a", .number = 3}});
  ASSERT_EQ(records.truths.size(), 1U);
  EXPECT_EQ(records.truths[0].label, name_of("3"));
  EXPECT_EQ(records.truths[0].number, 3);
}

TEST(LabelObserver, what_answers_nothing_is_left_out) {
  LabelObserver observer(common());
  LabelBatch batch;
  observer.observe(batch.of({{.time = kStart, .id = "a"}}), {0, 1});
  EXPECT_TRUE(only_pane(observer).predictions.empty());
}

std::vector<LabelEvent> many(std::size_t count, EventKind kind) {
  std::vector<LabelEvent> events;
  for (std::size_t i = 0; i < count; ++i) {
    events.push_back(inference("r" + std::to_string(i)));
    events.back().kind = kind;
  }
  return events;
}

TEST(LabelObserver, predictions_and_labels_are_thinned_out_alike) {
  const std::size_t count = 8 * Records::kMostPredictions;
  const Records said = observed(many(count, EventKind::inference));
  const Records labels = observed(many(count, EventKind::label));
  ASSERT_EQ(said.predictions.size(), Records::kMostPredictions);
  std::map<std::uint64_t, int> known;
  for (const Truth& truth : labels.truths) ++known[truth.id];
  for (const Prediction& prediction : said.predictions) EXPECT_EQ(known[prediction.id], 1);
}

void expect_same(const Records& a, const Records& b) {
  ASSERT_EQ(a.predictions.size(), b.predictions.size());
  for (std::size_t i = 0; i < a.predictions.size(); ++i) EXPECT_EQ(a.predictions[i].id, b.predictions[i].id);
  ASSERT_EQ(a.truths.size(), b.truths.size());
  for (std::size_t i = 0; i < a.truths.size(); ++i) EXPECT_EQ(a.truths[i].id, b.truths[i].id);
}

/// Saved after each `step` events, by a new observer each time if `restarts`.
Records saved_often(const std::vector<LabelEvent>& events, std::size_t step, bool restarts) {
  LabelBatch batch;
  Partial partial;
  auto observer = std::make_unique<LabelObserver>(common());
  for (std::size_t at = 0; at < events.size(); at += step) {
    const auto from = events.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min(step, events.size() - at);
    observer->observe(batch.of({from, from + static_cast<std::ptrdiff_t>(count)}), {0, count});
    observer->save(partial);
    if (!restarts) continue;
    observer = std::make_unique<LabelObserver>(common());
    for (const auto& [key, left] : partial.panes)
      for (const std::string& bytes : left) EXPECT_TRUE(observer->load(key.first, key.second, bytes).ok());
  }
  return merged(partial);
}

TEST(LabelObserver, order_saves_and_restarts_change_nothing) {
  std::vector<LabelEvent> events = many(3000, EventKind::inference);
  const std::vector<LabelEvent> labels = many(9000, EventKind::label);
  events.insert(events.end(), labels.begin(), labels.end());
  const Records straight = observed(events);
  EXPECT_EQ(straight.predictions.size(), Records::kMostPredictions);
  EXPECT_EQ(straight.truths.size(), Records::kMostTruths);
  std::shuffle(events.begin(), events.end(), std::mt19937_64(5));
  for (const std::size_t step : {97U, 1500U, 12'000U})
    for (const bool restarts : {false, true}) expect_same(saved_often(events, step, restarts), straight);
}

TEST(LabelObserver, ids_that_come_again_do_not_make_more_of_a_pane) {
  const std::vector<LabelEvent> once = many(100, EventKind::inference);
  std::vector<LabelEvent> events;
  for (int i = 0; i < 30; ++i) events.insert(events.end(), once.begin(), once.end());
  const Records straight = observed(events);
  EXPECT_EQ(straight.predictions.size(), Records::kMostPredictions);
  expect_same(saved_often(events, 300, true), straight);
}

TEST(LabelObserver, leaves_what_is_new_alone) {
  LabelObserver observer(common());
  LabelBatch batch;
  Partial first;
  Partial second;
  Partial third;
  observer.observe(batch.of({inference("a"), inference("b")}), {0, 2});
  observer.save(first);
  EXPECT_EQ(merged(first).predictions.size(), 2U);
  observer.observe(batch.of({inference("c")}), {0, 1});
  observer.save(second);
  ASSERT_EQ(merged(second).predictions.size(), 1U);
  EXPECT_EQ(merged(second).predictions[0].id, LabelBatch::id_of("c"));
  observer.save(third);
  EXPECT_TRUE(third.panes.empty());
}

TEST(LabelObserver, late_events_are_counted_and_left_out) {
  LabelObserver observer(common());
  LabelBatch batch;
  observer.observe(batch.of({inference("a")}, kStart + kMinute), {0, 1});
  Partial partial;
  observer.save(partial);
  EXPECT_TRUE(partial.panes.empty());
  EXPECT_EQ(observer.tally().late, 1U);
}

TEST(LabelObserver, lets_go_what_is_judged) {
  LabelObserver observer(common());
  LabelBatch batch;
  observer.observe(batch.of({inference("a")}), {0, 1});
  EXPECT_EQ(observer.tally().panes, 1U);
  observer.judged(kStart + kMinute);
  EXPECT_EQ(observer.tally().panes, 0U);
}

/// One of each of so many models, m0 and on.
std::vector<LabelEvent> of_models(int count) {
  std::vector<LabelEvent> events(static_cast<std::size_t>(count), inference("a"));
  for (std::size_t i = 0; i < events.size(); ++i) events[i].model = "m" + std::to_string(i);
  return events;
}

Common for_two_models() {
  Common two = common();
  two.max_keys = 2;
  return two;
}

TEST(LabelObserver, is_full_until_panes_are_judged) {
  LabelObserver observer(for_two_models());
  LabelBatch batch;
  observer.observe(batch.of(of_models(5)), {0, 5});
  EXPECT_EQ(observer.tally().unwatched, 3U);
  observer.judged(kStart + kMinute);
  LabelEvent later = inference("b");
  later.model = "m4";
  later.time = kStart + kMinute;
  observer.observe(batch.of({later}), {0, 1});
  EXPECT_EQ(observer.tally().unwatched, 3U);
  EXPECT_EQ(observer.tally().evicted, 2U);
}

TEST(LabelObserver, gives_the_place_of_a_model_of_late_events_away) {
  LabelObserver observer(for_two_models());
  LabelBatch batch;
  std::vector<LabelEvent> events = of_models(4);
  events[1].time = kStart - kHour;
  observer.observe(batch.of(events, kStart), {0, 4});
  EXPECT_EQ(observer.tally().late, 1U);
  EXPECT_EQ(observer.tally().evicted, 1U);
  EXPECT_EQ(observer.tally().unwatched, 1U);
}

TEST(LabelRows, compare_what_was_said_with_what_was_true) {
  NameTexts names(8);
  for (const char* text : {"yes", "no"}) names.add(name_of(text), text);
  Joined joined{"1", {1, kStart, name_of("yes"), kUnknown, {{name_of("no"), 1386}}}, {}, kStart};
  joined.truth.label = name_of("no");
  const auto wrong = row_of(joined, "m", names);
  ASSERT_TRUE(wrong.has_value());
  EXPECT_EQ(wrong->wrong, true);
  EXPECT_EQ(wrong->confusion_text, "yes > no");
  EXPECT_DOUBLE_EQ(wrong->loss, 1.386);
  joined.truth.label = name_of("perhaps");
  EXPECT_DOUBLE_EQ(row_of(joined, "m", names)->loss, kMostLoss / 1e3);
  joined.truth.label = name_of("yes");
  EXPECT_EQ(row_of(joined, "m", names)->wrong, false);
}

TEST(LabelRows, surprise_is_uniform_where_probabilities_are_right_and_grows_where_answers_are_wrong) {
  const NameTexts names(8);
  constexpr int kEach = 4000;
  for (const double sure : {0.55, 0.9}) {
    double sum = 0;
    double wrong = 0;
    int below = 0;
    for (std::uint64_t id = 0; id < kEach; ++id) {
      const auto loss = [](double p) { return static_cast<std::uint16_t>(std::lround(-1000 * std::log(p))); };
      Joined joined{"1", {id, kStart, name_of("yes"), kUnknown, {}}, {}, kStart};
      joined.prediction.losses = {{name_of("yes"), loss(sure)}, {name_of("no"), loss(1 - sure)}};
      joined.truth.label = name_of(static_cast<double>(id % 100) < 100 * sure ? "yes" : "no");
      const double surprise = row_of(joined, "m", names)->surprise;
      sum += surprise;
      below += surprise < 0.25 ? 1 : 0;
      joined.truth.label = name_of("no");
      wrong += row_of(joined, "m", names)->surprise;
    }
    EXPECT_NEAR(sum / kEach, 0.5, 0.02) << sure;
    EXPECT_NEAR(static_cast<double>(below) / kEach, 0.25, 0.03) << sure;
    EXPECT_NEAR(wrong / kEach, (1 + sure) / 2, 0.02) << sure;
  }
}

TEST(LabelRows, amounts_have_a_residual) {
  Joined joined{"1", {1, kStart, 0, 2.5, {}}, {1, kStart, 0, 4}, kStart};
  const auto row = row_of(joined, "m", NameTexts(8));
  ASSERT_TRUE(row.has_value());
  EXPECT_FALSE(row->wrong.has_value());
  EXPECT_EQ(row->residual, 1.5);
  joined.truth = {1, kStart, name_of("yes"), kUnknown};
  EXPECT_FALSE(row_of(joined, "m", NameTexts(8)).has_value());
}

TEST(LabelRows, become_events_with_a_column_each) {
  RowBatch rows;
  Row row{.at = kStart,
          .model = "m",
          .version = "1",
          .id = 7,
          .wrong = true,
          .confusion = 9,
          .confusion_text = "a > b",
          .loss = 2,
          .surprise = 0.5,
          .residual = -3};
  const Batch& batch = rows.fill(std::vector<Row>{row});
  ASSERT_EQ(batch.events.size(), 1U);
  const auto values = batch.values_of(batch.events[0]);
  ASSERT_EQ(values.size(), 6U);
  EXPECT_TRUE(values[0].boolean());
  EXPECT_EQ(batch.words[values[1].index()].text, "a > b");
  EXPECT_EQ(values[2].number(), 2);
  EXPECT_EQ(values[3].number(), 0.5);
  EXPECT_EQ(values[4].number(), 3);
  EXPECT_EQ(values[5].number(), -3);
}

}  // namespace
}  // namespace vedette::labels
