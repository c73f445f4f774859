#include "app/workbench.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

#include "adapters/rocksdb/rocksdb_store.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "formats/clean_text.h"
#include "formats/timestamp.h"
#include "pipeline/judge_progress.h"
#include "pipeline/replay.h"

namespace vedette {

Status Workbench::open(const Config& config, Use use) {
  RocksStoreOptions options;
  options.path = config.store.path;
  auto store = use == Use::look ? open_rocksdb_reader(options, log_) : open_rocksdb_store(options, log_);
  if (!store.ok()) return store.status();
  store_ = std::move(*store);
  const auto judged = JudgeProgress::load(*store_);
  if (!judged.ok()) return judged.status();
  auto detectors = build_detectors(config, catalog(), {}, use == Use::learn && judged->judged == kDawn);
  if (!detectors.ok()) return detectors.status();
  detectors_ = std::move(*detectors);
  alerts_ = std::make_unique<AlertStage>(alert_rules(config.alerts));
  judge_ = std::make_unique<JudgeStage>(detectors_, *store_, *alerts_, log_);
  return judge_->load();
}

Result<Workbench::Recording> Workbench::learn(const Config& config, const std::string& input) {
  const auto decode = decode_options(config);
  if (!decode.ok()) return decode.status();
  Replay replay(stream_options(config, *decode, TopicConfig{}), detectors_, *store_, *judge_);
  const Status status = replay.learn(input);
  if (!status.ok()) return status;
  return Recording{replay.begin(), replay.end(), replay.records()};
}

Result<std::vector<std::string>> Workbench::adopt(const BaselineKeys& keys, Changes& changes) {
  std::vector<std::string> idle;
  for (const auto& [instance, entries] : keys) {
    const std::string& name = instance;
    const auto found = std::find_if(detectors_.begin(), detectors_.end(),
                                    [&name](const BuiltDetector& built) { return built.instance == name; });
    if (found == detectors_.end()) {
      idle.push_back(instance);
      continue;
    }
    const Status adopted =
        judge_->adopt(static_cast<std::size_t>(found - detectors_.begin()), entries, changes);
    if (!adopted.ok()) return adopted;
  }
  return idle;
}

Result<DetectorViews> views_of(const Config& config, const BaselineKeys& keys) {
  const auto detectors = build_detectors(config, catalog());
  if (!detectors.ok()) return detectors.status();
  DetectorViews views;
  for (const BuiltDetector& built : *detectors) {
    const auto entries = keys.find(built.instance);
    if (entries == keys.end()) continue;
    const auto judge = built.detector->judge();
    for (const auto& [key, bytes] : entries->second) {
      const Status loaded = judge->load(key, bytes);
      if (!loaded.ok()) return loaded.in("baseline of " + built.instance);
    }
    for (BaselineView& view : judge->baselines()) views.emplace_back(built.instance, std::move(view));
  }
  return views;
}

void print_line(const std::string& detector, const BaselineView& view) {
  std::cout << std::left << std::setw(20) << detector << ' ' << std::setw(32)
            << clean_text(to_text(view.entity)) << ' ' << std::setw(12) << view.state << std::right
            << std::setw(12) << std::fixed << std::setprecision(0) << view.events << " events";
  if (view.to > view.from) std::cout << "  " << rfc3339(view.from) << " .. " << rfc3339(view.to);
  if (view.state == "waiting") std::cout << "  waiting for approval (vedette baseline promote)";
  if (view.state == "held") std::cout << "  too far from its anchor to follow the traffic";
  if (view.state == "fallback")
    std::cout << "  compared with "
              << (view.baseline_version.empty() ? "events without a version"
                                                : "version " + clean_text(view.baseline_version))
              << " until it has a baseline of its own";
  std::cout << '\n';
}

}  // namespace vedette
