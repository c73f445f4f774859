// An alert on a model's outputs names and links those on its inputs that it may follow from.
#include "pipeline/alert_causes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/mem_store.h"
#include "pipeline/alert_stage.h"
#include "support/sample_detector.h"

namespace vedette {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Time kStart = from_ms(1772323200000);

DetectorKind kind_of(std::string_view name, Side side) {
  return testing_support::bare_kind(name, name, side);
}

const DetectorKind kInputs = kind_of("in", Side::inputs);
const DetectorKind kOutputs = kind_of("out", Side::outputs);
const DetectorKind kRelations = kind_of("between", Side::relations);
const DetectorKind kNeither = kind_of("neither", Side::neither);

Entity version(const std::string& number, const std::string& segment = {}) {
  Entity entity;
  entity.model = "m";
  entity.version = number;
  entity.segment = segment;
  return entity;
}

Finding finding_of(const std::string& subject, Duration after, const Entity& entity = version({})) {
  Finding finding;
  finding.entity = entity;
  finding.subject = subject;
  finding.start = kStart;
  finding.at = finding.end = kStart + after;
  finding.what = subject + " moved";
  return finding;
}

class Stage {
 public:
  explicit Stage(AlertRules rules = {}) : rules_(std::move(rules)) {}

  /// The alert as it was told; without one, an empty alert.
  Alert take(const DetectorKind& kind, Finding finding, const Common& common = {}) {
    BuiltDetector from;
    from.kind = &kind;
    from.common = common;
    const Time at = finding.at;
    stage_.take(from, at, std::move(finding));
    return save();
  }
  Alert recover(const DetectorKind& kind, Finding finding) {
    finding.phase = Finding::Phase::recovered;
    return take(kind, std::move(finding));
  }
  void restart() {
    stage_ = AlertStage(rules_);
    ASSERT_TRUE(stage_.load(store_).ok());
  }

 private:
  Alert save() {
    Changes changes;
    std::vector<Alert> told;
    stage_.save(changes, told);
    EXPECT_TRUE(store_.commit(changes).ok());
    return told.empty() ? Alert{} : told.back();
  }
  AlertRules rules_;
  MemStore store_;
  AlertStage stage_{rules_};
};

std::vector<std::string> subjects_of(const std::vector<Alert::Cause>& causes) {
  std::vector<std::string> subjects;
  for (const Alert::Cause& cause : causes) subjects.push_back(cause.subject);
  return subjects;
}

std::string bytes_of(const Alert& alert) {
  std::string bytes;
  ByteWriter out(bytes);
  encode(alert, out);
  return bytes;
}

TEST(AlertCauses, output_alert_names_the_open_alert_on_inputs) {
  Stage stage;
  const Alert input = stage.take(kInputs, finding_of("income", kHour));
  const Alert output = stage.take(kOutputs, finding_of("score", 9 * kHour));
  EXPECT_THAT(input.causes, IsEmpty());
  ASSERT_EQ(output.causes.size(), 1U);
  EXPECT_EQ(output.causes[0].uid, input.uid);
  EXPECT_EQ(output.causes[0].transition_uid, input.transition_uid);
  EXPECT_EQ(output.causes[0].opened_at, kStart + kHour);
  EXPECT_EQ(message_of(output),
            "m: score moved; may follow from in of income (opened 2026-03-01 01:00:00 UTC).");
}

TEST(AlertCauses, ids_do_not_depend_on_it) {
  Stage alone;
  Stage stage;
  stage.take(kInputs, finding_of("income", kHour));
  const Alert output = stage.take(kOutputs, finding_of("score", 2 * kHour));
  const Alert same = alone.take(kOutputs, finding_of("score", 2 * kHour));
  EXPECT_EQ(output.uid, same.uid);
  EXPECT_EQ(output.transition_uid, same.transition_uid);
}

TEST(AlertCauses, alert_that_came_later_is_no_cause) {
  Stage stage;
  EXPECT_THAT(stage.take(kOutputs, finding_of("score", kHour)).causes, IsEmpty());
  EXPECT_THAT(stage.take(kInputs, finding_of("income", 2 * kHour)).causes, IsEmpty());
  Finding worse = finding_of("score", 3 * kHour);
  worse.ratio = 9;
  const Alert update = stage.take(kOutputs, worse);
  EXPECT_EQ(update.activity, Alert::Activity::update);
  EXPECT_THAT(update.causes, IsEmpty());
}

TEST(AlertCauses, closed_alert_counts_if_it_was_opened_within_the_gap_of_an_incident) {
  for (const Duration later : {kHour, kHour + kMinute}) {
    Stage stage;
    stage.take(kInputs, finding_of("income", kHour));
    stage.recover(kInputs, finding_of("income", kHour + kMinute));
    const Alert output = stage.take(kOutputs, finding_of("score", kHour + later));
    EXPECT_EQ(output.causes.size(), later == kHour ? 1U : 0U);
  }
}

TEST(AlertCauses, other_models_versions_and_segments_are_no_cause) {
  Stage stage;
  Entity other;
  other.model = "other";
  Entity tenant;
  tenant.tenant = "t";
  stage.take(kInputs, finding_of("a", kHour, other));
  stage.take(kInputs, finding_of("b", kHour, version("1")));
  stage.take(kInputs, finding_of("c", kHour, version("2")));
  stage.take(kInputs, finding_of("d", kHour, version("2", "region=eu")));
  stage.take(kInputs, finding_of("e", kHour, tenant));
  const auto subjects = [&](const std::string& name, const Entity& entity) {
    auto found = subjects_of(stage.take(kOutputs, finding_of(name, 2 * kHour, entity)).causes);
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_THAT(subjects("v", version("1")), ElementsAre("b"));
  EXPECT_THAT(subjects("w", version("2")), ElementsAre("c", "d"));
  EXPECT_THAT(subjects("x", version("2", "region=us")), ElementsAre("c"));
  EXPECT_THAT(subjects("y", version({})), ElementsAre("b", "c", "d"));
  EXPECT_THAT(subjects("z", tenant), IsEmpty());
}

TEST(AlertCauses, three_are_named_those_whose_change_began_first) {
  Stage stage;
  for (int i = 0; i < 5; ++i) {
    Finding finding = finding_of("x" + std::to_string(i), kHour + i * kMinute);
    finding.change_since = kStart + (5 - i) * kMinute;
    stage.take(kInputs, finding);
  }
  const Alert output = stage.take(kOutputs, finding_of("score", 2 * kHour));
  EXPECT_THAT(subjects_of(output.causes), ElementsAre("x4", "x3", "x2"));
  EXPECT_THAT(message_of(output), HasSubstr("in of x4 (opened 2026-03-01 01:04:00 UTC) and 2 more."));
}

TEST(AlertCauses, alert_that_took_up_a_later_change_stands_behind) {
  Stage stage;
  Finding age = finding_of("age", kHour);
  stage.take(kInputs, age);
  stage.take(kInputs, finding_of("income", 2 * kHour));
  age.at = kStart + 3 * kHour;
  age.change_since = kStart + 2 * kHour;
  stage.take(kInputs, age);
  EXPECT_THAT(subjects_of(stage.take(kOutputs, finding_of("score", 3 * kHour)).causes),
              ElementsAre("income", "age"));
}

TEST(AlertCauses, relations_follow_from_inputs_and_stand_behind_them) {
  Stage stage;
  EXPECT_THAT(stage.take(kRelations, finding_of("a given b", kHour)).causes, IsEmpty());
  stage.take(kInputs, finding_of("a", 2 * kHour));
  EXPECT_THAT(subjects_of(stage.take(kRelations, finding_of("b given c", 2 * kHour)).causes),
              ElementsAre("a"));
  EXPECT_THAT(subjects_of(stage.take(kOutputs, finding_of("score", 2 * kHour)).causes),
              ElementsAre("a", "a given b", "b given c"));
  EXPECT_THAT(stage.take(kNeither, finding_of("requests", 2 * kHour)).causes, IsEmpty());
}

TEST(AlertCauses, what_outcomes_say_beyond_features_is_an_output) {
  Stage stage;
  stage.take(kInputs, finding_of("income", kHour));
  EXPECT_EQ(stage.take(kRelations, finding_of("score given features", kHour)).causes.size(), 1U);
  EXPECT_THAT(subjects_of(stage.take(kOutputs, finding_of("score", kHour)).causes), ElementsAre("income"));
}

TEST(AlertCauses, what_was_not_told_is_not_named) {
  AlertRules rules;
  rules.storm_cap = 1;
  Stage stage(rules);
  Common dry;
  dry.dry_run = true;
  stage.take(kInputs, finding_of("kept back", kHour), dry);
  stage.take(kInputs, finding_of("beyond the cap", kHour));
  stage.restart();
  EXPECT_THAT(stage.take(kOutputs, finding_of("score", 2 * kHour)).causes, IsEmpty());
}

TEST(AlertCauses, close_keeps_the_link_and_leaves_it_out_of_the_sentence) {
  Stage stage;
  stage.take(kInputs, finding_of("income", kHour));
  stage.take(kOutputs, finding_of("score", 2 * kHour));
  const Alert closed = stage.recover(kOutputs, finding_of("score", 3 * kHour));
  EXPECT_EQ(closed.activity, Alert::Activity::close);
  EXPECT_EQ(closed.causes.size(), 1U);
  EXPECT_THAT(message_of(closed), Not(HasSubstr("may follow")));
}

TEST(AlertCauses, alert_that_begins_again_looks_again) {
  Stage stage;
  stage.take(kOutputs, finding_of("score", kHour));
  stage.recover(kOutputs, finding_of("score", 2 * kHour));
  stage.take(kInputs, finding_of("income", 3 * kHour));
  EXPECT_EQ(stage.take(kOutputs, finding_of("score", 4 * kHour)).causes.size(), 1U);
  stage.recover(kOutputs, finding_of("score", 5 * kHour));
  stage.recover(kInputs, finding_of("income", 5 * kHour));
  EXPECT_THAT(stage.take(kOutputs, finding_of("score", 6 * kHour)).causes, IsEmpty());
}

TEST(AlertCauses, forgotten_alert_is_no_cause) {
  Stage stage;
  stage.take(kInputs, finding_of("income", kHour));
  stage.recover(kInputs, finding_of("income", 2 * kHour));
  EXPECT_THAT(stage.take(kOutputs, finding_of("score", 100 * kHour)).causes, IsEmpty());
  EXPECT_EQ(stage.take(kInputs, finding_of("income", 101 * kHour)).sequence, 1U);
}

TEST(AlertCauses, restarts_change_nothing) {
  const auto told = [](bool restarts) {
    Stage stage;
    std::string bytes;
    const auto add = [&](const Alert& alert) {
      bytes += bytes_of(alert);
      if (restarts) stage.restart();
    };
    add(stage.take(kInputs, finding_of("income", kHour)));
    add(stage.take(kInputs, finding_of("age", kHour)));
    add(stage.recover(kInputs, finding_of("age", kHour + kMinute)));
    add(stage.take(kOutputs, finding_of("score", kHour + 2 * kMinute)));
    add(stage.recover(kOutputs, finding_of("score", 2 * kHour)));
    add(stage.take(kOutputs, finding_of("score", 3 * kHour)));
    return bytes;
  };
  EXPECT_EQ(told(true), told(false));
}

}  // namespace
}  // namespace vedette
