// `vedette baseline diff`.
#include <iomanip>
#include <iostream>

#include "app/commands.h"
#include "app/setup.h"
#include "app/workbench.h"
#include "core/baseline_diff.h"
#include "formats/clean_text.h"

namespace vedette {
namespace {

/// Nothing smaller is worth an alert either, as detectors are shipped.
constexpr double kWorthTelling = 0.02;

/// Of a version, or, without `@`, of what is in force for a model.
Result<DetectorViews> views_named(const Workbench& bench, const Config& config, const std::string& name) {
  if (name.find('@') != std::string::npos) {
    const auto version = bench.archive().find(name);
    if (!version.ok()) return version.status();
    const auto keys = bench.archive().read(*version);
    return keys.ok() ? views_of(config, *keys) : keys.status();
  }
  DetectorViews views;
  bench.each([&](const std::string& detector, const BaselineView& view) {
    if (view.entity.model == name && !view.columns.empty() && view.state != "fallback")
      views.emplace_back(detector, view);
  });
  if (views.empty()) return Status::reject("no baseline of the model '" + name + "' is in force");
  return views;
}

const BaselineView* find(const DetectorViews& views, const std::string& detector, const Entity& entity) {
  for (const auto& [name, view] : views)
    if (name == detector && to_text(view.entity) == to_text(entity)) return &view;
  return nullptr;
}

void print(const std::string& detector, const BaselineView& before, const BaselineView& after) {
  std::size_t same = 0;
  std::cout << detector << ' ' << clean_text(to_text(after.entity)) << std::fixed << std::setprecision(0)
            << ": " << before.events << " events against " << after.events << '\n'
            << std::defaultfloat << std::setprecision(3);
  for (const ColumnDifference& column : differences(before, after)) {
    if (column.distance - column.chance < kWorthTelling) {
      ++same;
      continue;
    }
    std::cout << "  " << std::left << std::setw(28) << clean_text(column.name) << " distance " << std::setw(8)
              << column.distance << " by chance " << std::setw(10) << column.chance << ' '
              << clean_text(column.what) << '\n';
  }
  if (same > 0) std::cout << "  " << same << " the same\n";
}

Status diff(const BaselineArguments& arguments, const Config& config) {
  Workbench bench;
  const Status opened = bench.open(config, Workbench::Use::look);
  if (!opened.ok()) return opened;
  const std::string other =
      arguments.other.empty() ? arguments.name.substr(0, arguments.name.rfind('@')) : arguments.other;
  const auto before = views_named(bench, config, arguments.name);
  if (!before.ok()) return before.status();
  const auto after = views_named(bench, config, other);
  if (!after.ok()) return after.status();
  int compared = 0;
  for (const auto& [detector, view] : *after)
    if (const BaselineView* old = find(*before, detector, view.entity)) {
      print(detector, *old, view);
      ++compared;
    }
  return compared > 0 ? Status{} : Status::reject("the two have no scope in common");
}

}  // namespace

int diff_baselines(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  const Status status = diff(arguments, loaded.config);
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

}  // namespace vedette
