#include <algorithm>

#include "vedette/detector.h"

namespace vedette {

bool Common::admits(const Entity& entity) const {
  return scope.admits(entity) && std::none_of(except.begin(), except.end(),
                                              [&entity](const Scope& other) { return other.admits(entity); });
}

void Common::describe(Settings& table) {
  table.add("enabled", enabled, "Whether this detector runs.");
  table.add("dry_run", dry_run, "Judge and count, but deliver no alert.");
  table.add("severity", severity,
            "Severity of an alert at the limit; strong evidence raises it by up to two steps.");
  table.add("scope.model", scope.model, "Pattern of model names to watch; empty = all.");
  table.add("scope.version", scope.version, "Pattern of model versions to watch; empty = all.");
  table.add("scope.tenant", scope.tenant, "Pattern of tenants to watch; empty = all.");
  table.add("window", window, "Length of a pane, where the detector does not choose it itself.",
            {1000, 86400e3});
  table.add("lateness", lateness, "How long after its end a pane waits for late events.", {0, 600e3});
  table.add("cooldown", cooldown,
            "Shortest time between two updates of one alert; a worse severity is told at once.",
            {0, 7 * 86400e3});
  table.add("max_keys", max_keys,
            "Most keys (models, tenants, clients) kept; the least recently seen go first.", {1, 10e6});
  table.add("budget", budget, "False alerts per model per week that this detector may cause.", {1e-6, 1000});
}

}  // namespace vedette
