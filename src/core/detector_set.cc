#include "core/detector_set.h"

#include <algorithm>
#include <utility>

#include "core/setting_text.h"
#include "vedette/entity.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr int kInstanceDigits = 8;

// One kind with what its file says; `config` is null where there is no file.
struct Entry {
  const DetectorKind* kind = nullptr;
  const DetectorConfig* config = nullptr;
  Common common;
  std::unique_ptr<DetectorPlan> plan;
};

bool sets(const std::vector<SettingText>& rows, std::string_view name) {
  return std::any_of(rows.begin(), rows.end(), [name](const SettingText& row) { return row.name == name; });
}

Status apply(const std::vector<SettingText>& rows, Common& common, DetectorPlan& plan) {
  Settings table;
  common.describe(table);
  plan.describe(table);
  for (const SettingText& text : rows) {
    const Settings::Row* row = table.find(text.name);
    if (row == nullptr)
      return Status::reject("unknown setting '" + text.name + "'" + did_you_mean(table.nearest(text.name)));
    const Status status = row->set(text.items);
    if (!status.ok()) return status.in(text.name);
  }
  return {};
}

std::string instance_of(const DetectorKind& kind, const Scope& match) {
  Entity entity;
  entity.model = match.model;
  entity.version = match.version;
  entity.tenant = match.tenant;
  return std::string(kind.name) + "#" + sha256_hex(to_key(entity), kInstanceDigits);
}

Status add(const Entry& entry, std::string instance, const Common& common, const DetectorPlan& plan,
           std::vector<BuiltDetector>& out) {
  if (!common.enabled) return {};
  auto built = plan.build(common);
  if (!built.ok()) return built.status().in(instance);
  out.push_back({entry.kind, std::move(instance), common, std::move(*built)});
  return {};
}

Status add_all(const Entry& entry, std::vector<BuiltDetector>& out) {
  std::vector<BuiltDetector> special;
  std::vector<Scope> taken = entry.common.except;
  std::vector<DetectorConfig::Override> overrides;
  if (entry.config != nullptr) overrides = entry.config->overrides;
  for (const DetectorConfig::Override& over : overrides) {
    Common common = entry.common;
    const auto plan = entry.plan->copy();
    const Status status = apply(over.settings, common, *plan);
    if (!status.ok()) return status.in(std::string(entry.kind->name));
    common.scope = narrowed(entry.common.scope, over.match);
    common.except = taken;
    taken.push_back(common.scope);
    const Status added = add(entry, instance_of(*entry.kind, over.match), common, *plan, special);
    if (!added.ok()) return added;
  }
  Common rest = entry.common;
  rest.except = taken;
  const Status added = add(entry, std::string(entry.kind->name), rest, *entry.plan, out);
  std::move(special.begin(), special.end(), std::back_inserter(out));
  return added;
}

const DetectorConfig* config_of(const Config& config, std::string_view name) {
  const auto found = std::find_if(config.detectors.begin(), config.detectors.end(),
                                  [name](const DetectorConfig& d) { return d.name == name; });
  return found == config.detectors.end() ? nullptr : &*found;
}

bool watches_nothing(const Entry& entry) {
  if (entry.config != nullptr && !entry.config->overrides.empty()) return false;
  const auto built = entry.plan->build(entry.common);
  return built.ok() && !(*built)->idle().empty();
}

/// A detector that delivers nothing takes nothing from the others.
double weight_of(const Entry& entry) {
  const bool delivers = entry.common.enabled && !entry.common.dry_run && !watches_nothing(entry);
  return delivers ? entry.kind->weight : 0;
}

Result<std::vector<Entry>> read_entries(const Config& config, std::span<const DetectorKind* const> kinds) {
  std::vector<Entry> entries;
  for (const DetectorKind* kind : kinds) {
    Entry entry{kind, config_of(config, kind->name), kind->defaults, kind->plan()};
    if (entry.config != nullptr) {
      const Status status = apply(entry.config->settings, entry.common, *entry.plan);
      if (!status.ok()) return status.in(entry.config->file);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Status check_names(std::span<const DetectorKind* const> kinds, const std::vector<std::string>& only) {
  std::vector<std::string> names;
  for (const DetectorKind* kind : kinds) names.emplace_back(kind->name);
  for (const std::string& name : only)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return Status::reject("unknown detector '" + name + "'" + did_you_mean(nearest_of(name, names)));
  return {};
}

}  // namespace

Result<std::vector<BuiltDetector>> build_detectors(const Config& config,
                                                   std::span<const DetectorKind* const> kinds,
                                                   const std::vector<std::string>& only, bool recorded) {
  const Status known = check_names(kinds, only);
  if (!known.ok()) return known;
  auto entries = read_entries(config, kinds);
  if (!entries.ok()) return entries.status();
  double weights = 0;
  for (const Entry& entry : *entries) weights += weight_of(entry);
  std::vector<BuiltDetector> out;
  for (Entry& entry : *entries) {
    const std::string name(entry.kind->name);
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    if (entry.config == nullptr || !sets(entry.config->settings, "budget"))
      entry.common.budget = config.budget * entry.kind->weight / std::max(weights, entry.kind->weight);
    entry.common.recorded = recorded;
    entry.common.approval = config.baselines.approval;
    entry.common.principal_prefix = "p:" + config.privacy.key_id + ":";
    const Status added = add_all(entry, out);
    if (!added.ok()) return added;
  }
  return out;
}

}  // namespace vedette
