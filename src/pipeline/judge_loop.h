#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>
#include <vector>

#include "pipeline/board.h"
#include "pipeline/judge_stage.h"
#include "pipeline/outbox.h"
#include "core/metrics.h"
#include "vedette/baseline.h"
#include "vedette/clock.h"

namespace vedette {

struct JudgeSurroundings {
  Store& store;
  Board& board;
  Outbox& outbox;
  const Clock& clock;
  Metrics& metrics;
  Log& log;
};

/// The judge's thread: whenever all active partitions have passed a point, judges up to
/// it, commits verdicts and alerts together, and only then tells workers and sinks.
/// A store that fails for good ends the thread; `failed` says so.
class JudgeLoop {
 public:
  JudgeLoop(JudgeSurroundings around, JudgeStage& stage, const AlertStage& alerts,
            const std::vector<BuiltDetector>& detectors);

  void run(const std::stop_token& stop);
  Time judged() const { return Time{Duration{judged_.load()}}; }
  Duration last_turn() const { return Duration{last_turn_.load()}; }
  bool failed() const { return failed_.load(); }
  /// Versions that are compared with another one's baseline, by the detectors that do so.
  std::vector<BorrowedByDetector> borrowed() const;

 private:
  Status step(Time watermark, const std::stop_token& stop);
  void measure();
  void show_borrowed();

  JudgeSurroundings around_;
  JudgeStage& stage_;
  const AlertStage& alerts_;
  const std::vector<BuiltDetector>& detectors_;
  OutboxWriter outbox_;
  Changes changes_;
  std::vector<Alert> transitions_;
  std::atomic<Duration::rep> judged_;
  std::atomic<Duration::rep> last_turn_{0};
  std::atomic<bool> failed_{false};
  mutable std::mutex shown_mutex_;  ///< Guards what others read, below.
  std::vector<BorrowedByDetector> borrowed_;
};

}  // namespace vedette
