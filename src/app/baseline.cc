#include <iomanip>
#include <iostream>

#include "adapters/rocksdb/rocksdb_store.h"
#include "app/commands.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "formats/clean_text.h"
#include "formats/timestamp.h"
#include "pipeline/replay.h"

namespace vedette {
namespace {

/// The store of a configuration with the judges' state in it. To learn, no daemon may have
/// it open; to look, it does not matter, and nothing is changed.
class Workbench {
 public:
  enum class Use : unsigned char { look, learn };

  Status open(const Config& config, Use use) {
    RocksStoreOptions options;
    options.path = config.store.path;
    auto store = use == Use::learn ? open_rocksdb_store(options, log_) : open_rocksdb_reader(options, log_);
    if (!store.ok()) return store.status();
    store_ = std::move(*store);
    auto detectors = build_detectors(config, catalog(), {}, use == Use::learn);
    if (!detectors.ok()) return detectors.status();
    detectors_ = std::move(*detectors);
    alerts_ = std::make_unique<AlertStage>(alert_rules(config.alerts));
    judge_ = std::make_unique<JudgeStage>(detectors_, *store_, *alerts_, log_);
    return judge_->load();
  }
  Status learn(const Config& config, const std::string& input) {
    auto decode = decode_options(config);
    if (!decode.ok()) return decode.status();
    return Replay(stream_options(config, *decode, TopicConfig{}), detectors_, *store_, *judge_).learn(input);
  }
  /// Visits every baseline with its detector's instance.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t i = 0; i < detectors_.size(); ++i)
      for (const BaselineView& view : judge_->judge(i).baselines()) visit(detectors_[i].instance, view);
  }

 private:
  SilentLog log_;
  std::unique_ptr<Store> store_;
  std::vector<BuiltDetector> detectors_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
};

void print_line(const std::string& detector, const BaselineView& view) {
  std::cout << std::left << std::setw(20) << detector << ' ' << std::setw(32)
            << clean_text(to_text(view.entity)) << ' ' << std::setw(12) << view.state << std::right
            << std::setw(12) << std::fixed << std::setprecision(0) << view.events << " events";
  if (view.to > view.from) std::cout << "  " << rfc3339(view.from) << " .. " << rfc3339(view.to);
  std::cout << '\n';
}

int explain(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

}  // namespace

int learn_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  Status status = bench.open(loaded.config, Workbench::Use::learn);
  if (status.ok()) status = bench.learn(loaded.config, arguments.input);
  if (status.ok()) bench.each(print_line);
  return explain(status);
}

int list_baselines(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::look);
  if (status.ok()) bench.each(print_line);
  return explain(status);
}

int show_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  if (!loaded.ok) return 1;
  Workbench bench;
  const Status status = bench.open(loaded.config, Workbench::Use::look);
  if (!status.ok()) return explain(status);
  int shown = 0;
  bench.each([&](const std::string& detector, const BaselineView& view) {
    if (detector != arguments.name && to_text(view.entity).find(arguments.name) == std::string::npos) return;
    ++shown;
    print_line(detector, view);
    for (const std::string& line : view.details) std::cout << "  " << clean_text(line) << '\n';
  });
  if (shown > 0) return 0;
  std::cerr << "vedette: no baseline whose scope or detector is '" << arguments.name << "'\n";
  return 1;
}

}  // namespace vedette
