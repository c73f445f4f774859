// `vedette baseline list`, `show`, `promote` and `retire`.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <set>

#include "adapters/systemd/real_clock.h"
#include "app/commands.h"
#include "app/setup.h"
#include "app/workbench.h"
#include "formats/clean_text.h"
#include "formats/timestamp.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

int explain(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

/// Of all that a baseline holds, in order.
std::string digest_of(const BaselineKeys& keys) {
  std::vector<std::string_view> parts;
  for (const auto& [instance, entries] : keys) {
    parts.emplace_back(instance);
    for (const auto& [key, bytes] : entries) parts.insert(parts.end(), {key, bytes});
  }
  std::erase(parts, std::string_view{});
  auto next = parts.begin();
  return sha256_hex([&] { return next == parts.end() ? std::string_view{} : *next++; }, 64);
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

/// What a model has learned live and what of it waits for approval.
struct Waiting {
  BaselineVersion version;
  BaselineKeys keys;
};

Result<std::optional<Waiting>> waiting_of(Workbench& bench, const std::string& model, const std::string& by) {
  Waiting waiting;
  BaselineVersion& version = waiting.version;
  std::set<std::string> detectors;
  bench.each([&](const std::string& detector, const BaselineView& view) {
    if (view.entity.model != model || view.state != "waiting") return;
    const bool any = !detectors.empty();
    version.from = any ? std::min(version.from, view.from) : view.from;
    version.to = any ? std::max(version.to, view.to) : view.to;
    version.records = std::max(version.records, static_cast<std::uint64_t>(view.events));
    detectors.insert(detector);
  });
  if (detectors.empty()) return std::optional<Waiting>{};
  auto models = learned_baselines(bench.store(), bench.detectors(), bench.judge());
  if (!models.ok()) return models.status();
  waiting.keys = std::move((*models)[model]);
  std::erase_if(waiting.keys, [&](const auto& entry) { return !detectors.contains(entry.first); });
  version.model = model;
  version.by = by.empty() ? user_name() : by;
  version.source = "live events";
  version.sha256 = digest_of(waiting.keys);
  version.made = RealClock().wall();
  return std::optional(std::move(waiting));
}

/// Of a model without a number that is what it has learned live, if that waits.
Status promote(Workbench& bench, const std::string& name, const std::string& by) {
  Changes changes;
  auto waiting = waiting_of(bench, name, by);
  if (!waiting.ok()) return waiting.status();
  if (*waiting) {
    const Status added = bench.archive().add((*waiting)->version, (*waiting)->keys, changes);
    if (!added.ok()) return added;
  }
  const auto version = *waiting ? Result<BaselineVersion>((*waiting)->version) : bench.archive().find(name);
  if (!version.ok()) return version.status();
  const auto keys = *waiting ? Result<BaselineKeys>((*waiting)->keys) : bench.archive().read(*version);
  if (!keys.ok()) return keys.status();
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

/// What a model without a version has learned live is forgotten.
Status retire_live(Workbench& bench, const std::string& model, const Status& no_version) {
  bool any = false;
  bench.each([&](const std::string&, const BaselineView& view) { any = any || view.entity.model == model; });
  if (!any) return no_version;
  Changes changes;
  bench.judge().forget(model, changes);
  const Status status = bench.store().commit(changes);
  if (status.ok()) std::cout << clean_text(model) << " learns anew from the next start on\n";
  return status;
}

Status retire(Workbench& bench, const std::string& name) {
  auto version = bench.archive().find(name);
  if (!version.ok()) return retire_live(bench, name, version.status());
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
  return explain(status.ok() ? promote(bench, arguments.name, arguments.by) : status);
}

int retire_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::change);
  return explain(status.ok() ? retire(bench, arguments.name) : status);
}

}  // namespace vedette
