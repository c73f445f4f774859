#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/setup.h"
#include "core/mem_store.h"
#include "pipeline/replay.h"

namespace vedette {

/// The whole pipeline of one configuration, for recorded events: one thread, a store in memory, event time
/// only.
class Trial {
 public:
  /// `only`: names of detectors, empty for all that are enabled; `recorded`: baselines are learned
  /// from a recording first.
  Status open(const Config& config, const std::vector<std::string>& only, bool recorded);

  const std::vector<BuiltDetector>& detectors() const { return detectors_; }
  const Store& store() const { return store_; }
  const AlertStage& alerts() const { return *alerts_; }
  JudgeStage& judge() const { return *judge_; }
  Replay& replay() const { return *replay_; }

 private:
  SilentLog log_;
  MemStore store_;
  std::vector<BuiltDetector> detectors_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
  std::unique_ptr<Replay> replay_;
};

/// Files of recorded events.
struct TrialInput {
  std::string events;
  std::string baseline;  ///< To learn from first; may be empty.
};
struct TrialRun {
  std::vector<Alert> transitions;
  Duration watched{0};  ///< Event time.
};
/// Everything that a configuration tells of a recording.
Result<TrialRun> try_out(const Config& config, const std::vector<std::string>& only, const TrialInput& input);

}  // namespace vedette
