// `vedette baseline list`, `show`, `promote` and `retire`.
#include <iomanip>
#include <iostream>

#include "app/commands.h"
#include "app/setup.h"
#include "app/workbench.h"
#include "formats/clean_text.h"
#include "formats/timestamp.h"

namespace vedette {
namespace {

int explain(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

void print_version(const BaselineVersion& version) {
  std::cout << std::left << std::setw(32) << clean_text(name_of(version)) << ' ' << std::setw(10)
            << to_text(version.state) << std::right << std::setw(12) << version.records << " events  "
            << rfc3339(version.from) << " .. " << rfc3339(version.to) << "  learned " << rfc3339(version.made)
            << " by " << clean_text(version.by) << " from " << clean_text(version.source) << " sha256 "
            << version.sha256.substr(0, 12) << '\n';
}

void print_details(const std::string& detector, const BaselineView& view) {
  print_line(detector, view);
  for (const std::string& line : view.details) std::cout << "  " << clean_text(line) << '\n';
}

Status show_version(const Workbench& bench, const Config& config, const std::string& name) {
  const auto version = bench.archive().find(name);
  if (!version.ok()) return version.status();
  const auto keys = bench.archive().read(*version);
  if (!keys.ok()) return keys.status();
  const auto views = views_of(config, *keys);
  if (!views.ok()) return views.status();
  print_version(*version);
  std::cout << "sha256 of its source: " << version->sha256 << '\n';
  for (const auto& [detector, view] : *views) print_details(detector, view);
  return {};
}

Status show_live(const Workbench& bench, const std::string& name) {
  int shown = 0;
  bench.each([&](const std::string& detector, const BaselineView& view) {
    if (detector != name && to_text(view.entity).find(name) == std::string::npos) return;
    ++shown;
    print_details(detector, view);
  });
  return shown > 0 ? Status{} : Status::reject("no baseline whose scope or detector is '" + name + "'");
}

Status promote(Workbench& bench, const std::string& name) {
  const auto version = bench.archive().find(name);
  if (!version.ok()) return version.status();
  const auto keys = bench.archive().read(*version);
  if (!keys.ok()) return keys.status();
  Changes changes;
  const auto idle = bench.adopt(*keys, changes);
  Status status = idle.status();
  if (status.ok()) status = bench.archive().activate(*version, changes);
  if (status.ok()) status = bench.store().commit(changes);
  if (!status.ok()) return status;
  for (const std::string& instance : *idle)
    std::cerr << "vedette: " << instance << " does not run; its part of the baseline waits\n";
  std::cout << clean_text(name_of(*version)) << " is in force from the next start on\n";
  return {};
}

Status retire(Workbench& bench, const std::string& name) {
  auto version = bench.archive().find(name);
  if (!version.ok()) return version.status();
  Changes changes;
  const bool active = version->state == BaselineVersion::State::active;
  if (active) bench.judge().forget(version->model, changes);
  version->state = BaselineVersion::State::retired;
  BaselineArchive::put(*version, changes);
  const Status status = bench.store().commit(changes);
  if (!status.ok()) return status;
  std::cout << clean_text(name_of(*version)) << " is retired"
            << (active ? "; its model learns anew from the next start on\n" : "\n");
  return {};
}

}  // namespace

int list_baselines(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::look);
  if (!status.ok()) return explain(status);
  const auto versions = bench.archive().versions();
  if (!versions.ok()) return explain(versions.status());
  for (const BaselineVersion& version : *versions) print_version(version);
  bench.each(print_line);
  return 0;
}

int show_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::look);
  if (!status.ok()) return explain(status);
  const bool version = arguments.name.find('@') != std::string::npos;
  return explain(version ? show_version(bench, loaded.config, arguments.name)
                         : show_live(bench, arguments.name));
}

int promote_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::change);
  return explain(status.ok() ? promote(bench, arguments.name) : status);
}

int retire_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::change);
  return explain(status.ok() ? retire(bench, arguments.name) : status);
}

}  // namespace vedette
