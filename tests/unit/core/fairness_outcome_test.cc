#include "core/fairness_outcome.h"

#include <gtest/gtest.h>

#include "unit/core/label_events.h"

namespace vedette::fairness {
namespace {

using labels_test::LabelBatch;
using labels_test::LabelEvent;

Rules rules(std::vector<std::string> favourable) {
  FairnessSettings settings;
  settings.protected_fields = {"region"};
  settings.favourable = std::move(favourable);
  return {settings, {}};
}

Outcome outcome(const Rules& rules, LabelEvent event) {
  event.region = event.region.empty() ? "eu" : event.region;
  LabelBatch batch;
  OutcomeReader reader(rules);
  const Batch& filled = batch.of({event});
  reader.begin(filled);
  return reader.read(filled, filled.events.front());
}

TEST(FairnessOutcome, a_label_is_favourable_if_it_is_listed) {
  const Rules listed = rules({"yes", "maybe"});
  EXPECT_TRUE(outcome(listed, {.label = "maybe"}).favourable);
  EXPECT_FALSE(outcome(listed, {.label = "no"}).favourable);
  EXPECT_EQ(outcome(listed, {.label = "no"}).size, 1U);
  EXPECT_EQ(outcome(listed, {.score = 0.9}).size, 0U) << "a score says nothing of labels";
}

TEST(FairnessOutcome, without_a_label_the_likeliest_class_counts) {
  const Rules listed = rules({"yes"});
  EXPECT_TRUE(outcome(listed, {.probabilities = {{"no", 0.4}, {"yes", 0.6}}}).favourable);
  EXPECT_FALSE(outcome(listed, {.probabilities = {{"yes", 0.5}, {"no", 0.5}}}).favourable);
}

TEST(FairnessOutcome, without_listed_labels_the_score_decides) {
  EXPECT_TRUE(outcome(rules({}), {.score = 0.5}).favourable);
  EXPECT_FALSE(outcome(rules({}), {.score = 0.49}).favourable);
  EXPECT_EQ(outcome(rules({}), {.label = "yes"}).size, 0U) << "nobody said which label is favourable";
}

TEST(FairnessOutcome, groups_differ_by_value) {
  const Rules listed = rules({"yes"});
  LabelEvent latam{.label = "yes"};
  latam.region = "latam";
  EXPECT_NE(outcome(listed, latam).groups[0], outcome(listed, {.label = "yes"}).groups[0]);
  EXPECT_EQ(outcome(listed, latam).groups[0], labels::name_of("region=latam"));
}

TEST(FairnessOutcome, a_truth_is_read_like_an_answer) {
  labels::Truth truth{.label = labels::name_of("yes")};
  EXPECT_EQ(favourable_truth(truth, rules({"yes"})), true);
  EXPECT_EQ(favourable_truth(truth, rules({"no"})), false);
  EXPECT_EQ(favourable_truth(truth, rules({})), std::nullopt);
  truth.number = 1;
  EXPECT_EQ(favourable_truth(truth, rules({})), true);
}

}  // namespace
}  // namespace vedette::fairness
