#include "pipeline/baseline_archive.h"

#include <algorithm>
#include <charconv>

#include "pipeline/keys.h"

namespace vedette {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kVersions = "b/";

std::string key_of(std::string_view area, const BaselineVersion& version) {
  std::string key(area);
  keys::append_text(key, version.model);
  keys::append_number(key, version.number);
  return key;
}

std::string encode(const BaselineVersion& version) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(version.state));
  out.text(version.by);
  out.text(version.source);
  out.text(version.sha256);
  out.i64(to_ms(version.made));
  out.i64(to_ms(version.from));
  out.i64(to_ms(version.to));
  out.u64(version.records);
  return bytes;
}

Result<BaselineVersion> decode(std::string_view key, std::string_view bytes) {
  BaselineVersion version;
  keys::Cursor cursor(key.substr(kVersions.size()));
  version.model = cursor.text();
  version.number = cursor.number();
  ByteReader in(bytes);
  const bool known = in.u64() == kVersion;
  const std::uint64_t state = in.u64();
  version.state = static_cast<BaselineVersion::State>(state & 3);
  version.by = in.text();
  version.source = in.text();
  version.sha256 = in.text();
  version.made = from_ms(in.i64());
  version.from = from_ms(in.i64());
  version.to = from_ms(in.i64());
  version.records = in.u64();
  if (!known || state > 3 || !cursor.ok() || !in.done())
    return Status::stop("the list of baseline versions is damaged");
  return version;
}

}  // namespace

std::string_view to_text(BaselineVersion::State state) {
  switch (state) {
    case BaselineVersion::State::candidate:
      return "candidate";
    case BaselineVersion::State::active:
      return "active";
    case BaselineVersion::State::replaced:
      return "replaced";
    case BaselineVersion::State::retired:
      break;
  }
  return "retired";
}

std::string name_of(const BaselineVersion& version) {
  return version.model + "@" + std::to_string(version.number);
}

Result<std::map<std::string, BaselineKeys>> learned_baselines(const Store& store,
                                                              const std::vector<BuiltDetector>& detectors,
                                                              JudgeStage& judges) {
  std::map<std::string, BaselineKeys> models;
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    const std::string prefix = keys::of_detector("j/", detectors[i].instance);
    const Status scanned =
        store.scan(prefix, keys::after(prefix), [&](std::string_view key, std::string_view bytes) {
          key.remove_prefix(prefix.size());
          const std::string model = judges.judge(i).baseline_of(key);
          if (!model.empty()) models[model][detectors[i].instance].emplace_back(key, bytes);
          return true;
        });
    if (!scanned.ok()) return scanned;
  }
  return models;
}

Result<std::vector<BaselineVersion>> BaselineArchive::versions() const {
  std::vector<BaselineVersion> all;
  Status sound;
  const Status scanned = store_.scan(kVersions, keys::after(std::string(kVersions)),
                                     [&](std::string_view key, std::string_view bytes) {
                                       auto version = decode(key, bytes);
                                       sound = version.status();
                                       if (version.ok()) all.push_back(std::move(*version));
                                       return sound.ok();
                                     });
  if (!scanned.ok()) return scanned;
  if (!sound.ok()) return sound;
  return all;
}

Result<BaselineVersion> BaselineArchive::find(const std::string& name) const {
  const auto all = versions();
  if (!all.ok()) return all.status();
  const std::size_t at = name.rfind('@');
  const BaselineVersion* found = nullptr;
  for (const BaselineVersion& version : *all)
    if (name_of(version) == name || (at == std::string::npos && version.model == name)) found = &version;
  if (found == nullptr)
    return Status::reject("no version '" + name + "' of a baseline; see vedette baseline list");
  return *found;
}

Result<BaselineKeys> BaselineArchive::read(const BaselineVersion& version) const {
  BaselineKeys found;
  const std::string prefix = key_of("v/", version);
  bool sound = true;
  const Status scanned =
      store_.scan(prefix, keys::end_of(prefix), [&](std::string_view key, std::string_view bytes) {
        keys::Cursor cursor(key.substr(prefix.size()));
        const std::string instance = cursor.text();
        found[instance].emplace_back(cursor.rest(), bytes);
        sound = cursor.ok();
        return sound;
      });
  if (!scanned.ok()) return scanned;
  if (!sound || found.empty()) return Status::stop(name_of(version) + " is damaged");
  return found;
}

Status BaselineArchive::add(BaselineVersion& version, const BaselineKeys& keys, Changes& changes) const {
  const auto all = versions();
  if (!all.ok()) return all.status();
  version.number = 1;
  for (const BaselineVersion& other : *all)
    if (other.model == version.model) version.number = other.number + 1;
  for (const auto& [instance, entries] : keys) {
    std::string prefix = key_of("v/", version);
    keys::append_text(prefix, instance);
    for (const auto& [key, bytes] : entries) changes.put(prefix + key, bytes);
  }
  put(version, changes);
  return {};
}

void BaselineArchive::put(const BaselineVersion& version, Changes& changes) {
  changes.put(key_of(kVersions, version), encode(version));
}

Status BaselineArchive::activate(BaselineVersion version, Changes& changes) const {
  const auto all = versions();
  if (!all.ok()) return all.status();
  for (BaselineVersion other : *all) {
    if (other.model != version.model || other.number == version.number) continue;
    if (other.state != BaselineVersion::State::active) continue;
    other.state = BaselineVersion::State::replaced;
    put(other, changes);
  }
  version.state = BaselineVersion::State::active;
  put(version, changes);
  return {};
}

}  // namespace vedette
