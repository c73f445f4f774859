// Every scenario of every detector: straight, with crashes in between, and split over partitions; all must
// agree.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "adapters/yaml/load_config.h"
#include "core/catalog.h"
#include "scenario/traffic.h"
#include "scenario/verdict.h"

namespace vedette {
namespace {

constexpr std::size_t kMaxRecord = 1 << 20;

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(VEDETTE_SOURCE_DIR "/tests/detectors"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// Everything that people read must agree too, not the ids alone.
std::vector<std::string> told(const RigResult& result) {
  std::vector<std::string> texts;
  for (const std::string& uid : result.order) {
    const Alert& alert = result.alerts.at(uid);
    texts.push_back(uid + ' ' + message_of(alert) + ' ' + alert.finding.next_steps);
    for (const Contribution& part : alert.finding.top)
      texts.back() += ' ' + part.kind + ' ' + part.name + ' ' + std::to_string(part.share);
  }
  return texts;
}

class ScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, gives_its_alerts_however_it_is_run) {
  ConfigErrors errors;
  const ConfigNode root = load_tree(GetParam(), errors);
  const Scenario scenario = read_scenario(root, GetParam(), catalog(), errors);
  for (const ConfigError& error : errors) ADD_FAILURE() << to_text(error);
  ASSERT_TRUE(scenario.detector);
  const auto detectors = build_detectors(configured({}, scenario), catalog(), detectors_of(scenario));
  ASSERT_TRUE(detectors.ok()) << detectors.status().message();
  const auto lines = traffic_of(scenario, kMaxRecord);
  ASSERT_TRUE(lines.ok()) << lines.status().message();
  const RigResult plain = PipelineRig(*detectors, {}).run(*lines);
  EXPECT_EQ(failures(scenario, plain), std::vector<std::string>{});
  const RigResult shaken =
      PipelineRig(*detectors,
                  {.seed = 3, .batch = 400, .commit_chance = 0.5, .judge_chance = 0.5, .crash_chance = 0.05})
          .run(*lines);
  EXPECT_EQ(shaken.trouble, "");
  EXPECT_EQ(told(shaken), told(plain));
  if (scenario.least_late > 0) return;  // Out of order, the number of partitions matters.
  const RigResult split = PipelineRig(*detectors, {.seed = 4, .partitions = 3, .batch = 500}).run(*lines);
  // Clients are capped by partition, so that figures can differ a little; what is told may not.
  EXPECT_EQ(split.order, plain.order);
}

INSTANTIATE_TEST_SUITE_P(Detectors, ScenarioTest, testing::ValuesIn(scenario_files()), [](const auto& param) {
  const std::filesystem::path path(param.param);
  return path.parent_path().filename().string() + "_" + path.stem().string();
});

}  // namespace
}  // namespace vedette
