// Every scenario of every detector: straight, with crashes in between, and split over partitions; all must
// agree.
#include "detectors/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/catalog.h"
#include "support/pipeline_rig.h"

namespace vedette {
namespace {

using namespace testing_support;

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(VEDETTE_SOURCE_DIR "/tests/detectors"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

bool meets(const Alert& alert, const Scenario::Expectation& wanted) {
  const double hour = static_cast<double>(to_ms(alert.finding.at) - kScenarioStart) / 3600e3;
  const auto& reasons = alert.finding.reasons;
  return (wanted.subject.empty() || alert.finding.subject == wanted.subject) &&
         (wanted.model.empty() || alert.finding.entity.model == wanted.model) &&
         (wanted.reason.empty() ||
          std::find(reasons.begin(), reasons.end(), wanted.reason) != reasons.end()) &&
         hour >= wanted.after_hours && hour <= wanted.before_hours;
}

std::string describe(const Alert& alert) {
  const double hour = static_cast<double>(to_ms(alert.finding.at) - kScenarioStart) / 3600e3;
  return "hour " + std::to_string(hour) + ": " + message_of(alert);
}

void expect_alerts(const RigResult& result, const Scenario& scenario) {
  std::vector<bool> met(scenario.alerts.size());
  for (const auto& [uid, alert] : result.alerts) {
    if (alert.activity != Alert::Activity::create) continue;
    bool wanted = false;
    for (std::size_t i = 0; i < scenario.alerts.size(); ++i) {
      if (!meets(alert, scenario.alerts[i])) continue;
      met[i] = wanted = true;
    }
    EXPECT_TRUE(wanted) << "not wanted: " << describe(alert);
  }
  for (std::size_t i = 0; i < met.size(); ++i)
    EXPECT_TRUE(met[i]) << "missing: " << scenario.alerts[i].model << ' ' << scenario.alerts[i].subject;
}

class ScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, gives_its_alerts_however_it_is_run) {
  const Scenario scenario = read_scenario(GetParam());
  Config config;
  config.detectors = {scenario.detector};
  const auto detectors = build_detectors(config, catalog(), {scenario.detector.name});
  ASSERT_TRUE(detectors.ok()) << detectors.status().message();
  const RigResult plain = PipelineRig(*detectors, {}).run(scenario.lines);
  ASSERT_EQ(plain.trouble, "");
  expect_alerts(plain, scenario);
  EXPECT_GE(plain.totals.observed[0].late, scenario.least_late);
  const RigResult shaken =
      PipelineRig(*detectors,
                  {.seed = 3, .batch = 400, .commit_chance = 0.5, .judge_chance = 0.5, .crash_chance = 0.05})
          .run(scenario.lines);
  EXPECT_EQ(shaken.trouble, "");
  EXPECT_EQ(shaken.order, plain.order);
  if (!scenario.in_order) return;
  const RigResult split =
      PipelineRig(*detectors, {.seed = 4, .partitions = 3, .batch = 500}).run(scenario.lines);
  EXPECT_EQ(split.order, plain.order);
}

INSTANTIATE_TEST_SUITE_P(Detectors, ScenarioTest, testing::ValuesIn(scenario_files()), [](const auto& param) {
  const std::filesystem::path path(param.param);
  return path.parent_path().filename().string() + "_" + path.stem().string();
});

}  // namespace
}  // namespace vedette
