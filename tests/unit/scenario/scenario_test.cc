#include "scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/yaml/yaml_text.h"
#include "core/catalog.h"
#include "scenario/traffic.h"
#include "scenario/verdict.h"

namespace vedette {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kStreams = "streams: [{until: 1, every: 60, features: {age: normal 40 10}}]\n";

Scenario read(const std::string& text, ConfigErrors& errors) {
  return read_scenario(parse_yaml(text, "s.yaml", errors), "s.yaml", catalog(), errors);
}

std::vector<std::string> errors_of(const std::string& text) {
  ConfigErrors errors;
  read(text, errors);
  std::vector<std::string> texts;
  for (const ConfigError& error : errors) texts.push_back(to_text(error));
  return texts;
}

/// A run that created alerts of these subjects, an hour apart.
RigResult told(const std::vector<std::string>& subjects) {
  RigResult result;
  for (const std::string& subject : subjects) {
    Alert alert;
    alert.detector = "feature_drift";
    alert.finding.subject = subject;
    alert.finding.at = kScenarioStart + static_cast<std::int64_t>(result.order.size() + 1) * kHour;
    alert.finding.reasons = {"MEAN_SHIFT"};
    result.order.push_back("tr-" + subject);
    result.alerts[result.order.back()] = alert;
  }
  return result;
}

TEST(Scenario, names_what_was_probably_meant) {
  EXPECT_THAT(errors_of(std::string("detector: feature_drfit\nalerts: []\n") + kStreams),
              ElementsAre("s.yaml:1: unknown detector 'feature_drfit' (did you mean 'feature_drift'?)"));
  EXPECT_THAT(errors_of("alerts: []\nstreams:\n  - {until: 1, evry: 60, every: 9}\n"),
              ElementsAre("s.yaml:3: unknown setting 'evry' (did you mean 'every'?)"));
  EXPECT_THAT(errors_of("alerts: []\nstreams:\n  - {until: 1, every: 60, features: {a: norml 1 2}}\n"),
              ElementsAre("s.yaml:3: a: unknown kind of value 'norml' (did you mean 'normal'?)"));
  EXPECT_THAT(
      errors_of(std::string("detector: feature_drift\nsettings: {learn_fr: 6h}\nalerts: []\n") + kStreams),
      ElementsAre("s.yaml:2: unknown setting 'learn_fr' (did you mean 'learn_for'?)"));
  EXPECT_THAT(errors_of(std::string("alerts:\n  - {subjcet: age}\n") + kStreams),
              ElementsAre("s.yaml:2: unknown setting 'subjcet' (did you mean 'subject'?)"));
}

TEST(Scenario, refuses_what_would_test_nothing) {
  EXPECT_THAT(errors_of(kStreams), ElementsAre(HasSubstr("'alerts' is missing")));
  EXPECT_THAT(errors_of("alerts: []\n"), ElementsAre(HasSubstr("either 'streams' to generate or 'events'")));
  EXPECT_THAT(errors_of("alerts: []\nstreams: [{until: 1}]\n"),
              ElementsAre("s.yaml:2: a stream needs 'every'"));
  EXPECT_THAT(errors_of(std::string("settings: {learn_for: 6h}\nalerts: []\n") + kStreams),
              ElementsAre(HasSubstr("'settings' need 'detector'")));
  EXPECT_THAT(errors_of("alerts: []\nstreams: [{until: 8000, every: 0.01}]\n"),
              ElementsAre("s.yaml:2: more than 5000000 events"));
  EXPECT_THAT(errors_of("alerts: []\nevents: none.jsonl\n"),
              ElementsAre("s.yaml:2: events: none.jsonl is not a file"));
}

TEST(Scenario, a_value_can_be_like_an_earlier_one_only) {
  EXPECT_THAT(
      errors_of("alerts: []\nstreams: [{until: 1, every: 60, features: {a: normal 0 1, b: like a 0.8 0 1}}]"),
      IsEmpty());
  EXPECT_THAT(
      errors_of("alerts: []\nstreams: [{until: 1, every: 60, features: {b: like a 0.8 0 1, a: normal 0 1}}]"),
      ElementsAre("s.yaml:2: b: no value 'a' stands before it"));
}

TEST(Scenario, the_same_seed_gives_the_same_events) {
  ConfigErrors errors;
  const auto events = [&errors](const char* head) {
    return traffic_of(read(std::string(head) + "\nalerts: []\n" + kStreams, errors), 1 << 20).value();
  };
  EXPECT_EQ(events("seed: 2"), events("seed: 2"));
  EXPECT_NE(events("seed: 2"), events("seed: 3"));
  EXPECT_THAT(events("start: 2026-04-01T00:00:00Z").front(), HasSubstr("\"time\":1775001600000"));
  EXPECT_THAT(errors, IsEmpty());
}

TEST(Scenario, what_is_not_wanted_and_what_is_missing_fails) {
  ConfigErrors errors;
  const Scenario scenario = read(
      std::string("alerts:\n  - {subject: age, reason: MEAN_SHIFT, after: 0.5, before: 1.5}\n") + kStreams,
      errors);
  EXPECT_THAT(failures(scenario, told({"age"})), IsEmpty());
  EXPECT_THAT(failures(scenario, told({"age", "income"})),
              ElementsAre(HasSubstr("not wanted at hour 2.00: feature_drift")));
  EXPECT_THAT(failures(scenario, told({})),
              ElementsAre("missing: age MEAN_SHIFT after hour 0.50 before hour 1.50"));
  EXPECT_THAT(failures(scenario, told({"x", "age"})),
              ElementsAre(HasSubstr("not wanted at hour 1.00"), HasSubstr("not wanted at hour 2.00"),
                          HasSubstr("missing: age")));
}

TEST(Scenario, its_settings_weigh_more_than_those_of_the_files) {
  ConfigErrors errors;
  const Scenario scenario = read(
      std::string("detector: feature_drift\nsettings: {learn_for: 6h}\nalerts: []\n") + kStreams, errors);
  Config config;
  config.detectors.push_back(
      {"feature_drift", "f.yaml", {{"learn_for", {"7d"}, 1}, {"min_effect", {"0.1"}, 2}}, {}});
  const Config both = configured(config, scenario);
  ASSERT_EQ(both.detectors.size(), 1U);
  std::vector<std::string> rows;
  for (const SettingText& row : both.detectors[0].settings) rows.push_back(row.name + "=" + row.items[0]);
  EXPECT_THAT(rows, ElementsAre("learn_for=7d", "min_effect=0.1", "learn_for=6h"));
  EXPECT_THAT(detectors_of(scenario), ElementsAre("feature_drift"));
}

}  // namespace
}  // namespace vedette
