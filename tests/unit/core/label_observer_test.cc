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
  std::map<std::pair<Time, std::string>, std::string> panes;
  void put(Time pane_end, std::string_view scope, std::string_view bytes) override {
    panes[{pane_end, std::string(scope)}] = bytes;
  }
  void add(Time /*pane_end*/, std::string_view /*scope*/, std::string_view /*bytes*/) override {
    ADD_FAILURE() << "records are left whole";
  }
  void find(Time /*ripe*/, const Finding& /*finding*/) override {}
};

Common common() {
  Common common;
  common.window = 10 * kSecond;
  return common;
}

Records only_pane(LabelObserver& observer) {
  Partial partial;
  observer.save(partial);
  EXPECT_EQ(partial.panes.size(), 1U);
  auto records = decode_records(partial.panes.begin()->second);
  EXPECT_TRUE(records.ok());
  return std::move(*records);
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

TEST(LabelObserver, order_and_restarts_change_nothing) {
  std::vector<LabelEvent> events = many(3000, EventKind::inference);
  Records straight = observed(events);
  std::shuffle(events.begin(), events.end(), std::mt19937_64(5));
  LabelBatch batch;
  auto observer = std::make_unique<LabelObserver>(common());
  for (std::size_t at = 0; at < events.size(); at += 100) {
    observer->observe(batch.of({events.begin() + static_cast<std::ptrdiff_t>(at),
                                events.begin() + static_cast<std::ptrdiff_t>(at) + 100}),
                      {0, 100});
    Partial partial;
    observer->save(partial);
    observer = std::make_unique<LabelObserver>(common());
    for (const auto& [key, bytes] : partial.panes)
      ASSERT_TRUE(observer->load(key.first, key.second, bytes).ok());
  }
  // A partial is left for what has changed since the load.
  observer->observe(batch.of({inference("another")}), {0, 1});
  Records carried = only_pane(*observer);
  events.push_back(inference("another"));
  straight = observed(events);
  straight.settle();
  carried.settle();
  ASSERT_EQ(straight.predictions.size(), carried.predictions.size());
  for (std::size_t i = 0; i < straight.predictions.size(); ++i)
    EXPECT_EQ(straight.predictions[i].id, carried.predictions[i].id);
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
          .residual = -3};
  const Batch& batch = rows.fill(std::vector<Row>{row});
  ASSERT_EQ(batch.events.size(), 1U);
  const auto values = batch.values_of(batch.events[0]);
  ASSERT_EQ(values.size(), 5U);
  EXPECT_TRUE(values[0].boolean());
  EXPECT_EQ(batch.words[values[1].index()].text, "a > b");
  EXPECT_EQ(values[2].number(), 2);
  EXPECT_EQ(values[3].number(), 3);
  EXPECT_EQ(values[4].number(), -3);
}

}  // namespace
}  // namespace vedette::labels
