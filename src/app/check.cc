#include <iostream>
#include <string>

#include "app/commands.h"
#include "app/config_problems.h"
#include "app/setup.h"
#include "core/catalog.h"

namespace vedette {

int check_config(const CheckArguments& arguments) {
  const std::string& config_path = arguments.config_path;
  const LoadedConfig loaded = load_or_explain(config_path);
  if (!loaded.ok || !explain_problems(loaded.config, arguments.secrets)) return 1;
  if (uses_public_key(loaded.config.privacy))
    std::cerr << config_path << ": warning: no privacy.key_file: pseudonyms use a key that everybody knows\n";
  const auto built = build_detectors(loaded.config, catalog());
  const std::vector<BuiltDetector>& detectors = built.value();
  for (const BuiltDetector& one : detectors)
    if (const std::string idle = one.detector->idle(); !idle.empty())
      std::cerr << config_path << ": note: " << one.instance << " watches nothing: " << idle << '\n';
  std::cout << config_path << ": good: " << loaded.config.topics.size() << " topics, "
            << loaded.config.sinks.size() << " sinks, " << detectors.size() << " detectors\n";
  return 0;
}

}  // namespace vedette
