#include <algorithm>
#include <filesystem>
#include <iostream>

#include "adapters/yaml/load_config.h"
#include "app/commands.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "formats/clean_text.h"
#include "scenario/traffic.h"
#include "scenario/verdict.h"

namespace vedette {
namespace {

struct NamedScenario {
  std::string file;
  Scenario scenario;
};

/// In order of name. A folder's folders count too.
std::vector<std::string> files_below(const std::string& path, ConfigErrors& errors) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return {path};
  std::vector<std::string> files;
  std::filesystem::recursive_directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator{}; entry.increment(error))
    if (entry->path().extension() == ".yaml") files.push_back(entry->path().string());
  if (error)
    errors.push_back({path, 0, "cannot be read: " + error.message()});
  else if (files.empty())
    errors.push_back({path, 0, "no scenario: no file whose name ends in .yaml"});
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<NamedScenario> read_all(const std::string& path, ConfigErrors& errors) {
  std::vector<NamedScenario> scenarios;
  for (const std::string& file : files_below(path, errors)) {
    const std::size_t before = errors.size();
    const ConfigNode root = load_tree(file, errors);
    if (errors.size() == before) scenarios.push_back({file, read_scenario(root, file, catalog(), errors)});
  }
  return scenarios;
}

/// Why it fails; empty: it passes.
Result<std::vector<std::string>> failures_of(const Scenario& scenario, const Config& loaded) {
  const Config config = configured(loaded, scenario);
  const auto decode = decode_options(config);
  if (!decode.ok()) return decode.status();
  const auto detectors = build_detectors(config, catalog(), detectors_of(scenario));
  if (!detectors.ok()) return detectors.status();
  const auto lines = traffic_of(scenario, decode->max_record_bytes);
  if (!lines.ok()) return lines.status();
  const RigSetup setup{stream_options(config, *decode, TopicConfig{}), alert_rules(config.alerts)};
  return failures(scenario, PipelineRig(*detectors, {}, setup).run(*lines));
}

void print(const std::string& file, const std::vector<std::string>& reasons) {
  std::cout << (reasons.empty() ? "passed " : "failed ") << file;
  for (std::size_t i = 0; i < reasons.size(); ++i)
    std::cout << (i == 0 ? ": " : "; ") << clean_text(reasons[i]);
  std::cout << std::endl;
}

}  // namespace

int test_scenarios(const TestArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  ConfigErrors errors;
  const std::vector<NamedScenario> scenarios = read_all(arguments.scenarios, errors);
  for (const ConfigError& error : errors) std::cerr << to_text(error) << '\n';
  if (!loaded.ok || !errors.empty()) return 2;
  std::size_t failed = 0;
  for (const auto& [file, scenario] : scenarios) {
    const auto reasons = failures_of(scenario, loaded.config);
    if (!reasons.ok()) {
      std::cerr << file << ": " << reasons.status().message() << '\n';
      return 2;
    }
    print(file, *reasons);
    failed += reasons->empty() ? 0 : 1;
  }
  std::cout << scenarios.size() - failed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace vedette
