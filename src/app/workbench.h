#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"
#include "pipeline/baseline_archive.h"
#include "pipeline/judge_stage.h"

namespace vedette {

/// The store of a configuration with the judges' state in it. To change it no daemon may have
/// it open; to look, it does not matter, and nothing is changed.
class Workbench {
 public:
  /// To learn: detectors take recorded events, if the store is new.
  enum class Use : unsigned char { look, change, learn };

  Status open(const Config& config, Use use);
  /// What was learned from.
  struct Recording {
    Time begin{};
    Time end{};
    std::uint64_t records = 0;
  };
  /// Learns into the store, which must be new.
  Result<Recording> learn(const Config& config, const std::string& input);
  bool is_new() const { return judge_->judged() == kDawn; }
  Store& store() { return *store_; }
  JudgeStage& judge() { return *judge_; }
  const std::vector<BuiltDetector>& detectors() const { return detectors_; }
  BaselineArchive archive() const { return BaselineArchive(*store_); }
  /// Puts a version in force, as far as its detectors run. Answers those that do not.
  Result<std::vector<std::string>> adopt(const BaselineKeys& keys, Changes& changes);
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

/// What a version holds, by instance of the detector; those that do not run are left out.
using DetectorViews = std::vector<std::pair<std::string, BaselineView>>;
Result<DetectorViews> views_of(const Config& config, const BaselineKeys& keys);

/// One line per baseline, as `list` and `show` begin.
void print_line(const std::string& detector, const BaselineView& view);

}  // namespace vedette
