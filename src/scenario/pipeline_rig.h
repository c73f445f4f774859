#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/log.h"
#include "core/mem_store.h"
#include "pipeline/board.h"
#include "pipeline/judge_stage.h"
#include "pipeline/partition_stream.h"

namespace vedette {

/// How a run is cut up. None of it may change what comes out.
struct RigPlan {
  std::uint64_t seed = 1;
  int partitions = 1;
  std::size_t batch = 1024;  ///< Most records of one turn; turns are of random size.
  double commit_chance = 1;  ///< Of each turn.
  double judge_chance = 1;   ///< Of each turn.
  double crash_chance = 0;   ///< Of each turn: everything not durable is lost.
};

struct RigResult {
  std::map<std::string, Alert> alerts;  ///< By transition uid.
  StreamTotals totals;                  ///< Of all partitions.
  std::vector<std::string> order;       ///< Transition uids as they came, repeats left out.
  std::string trouble;                  ///< First failure of any part; empty = none.
};

/// What a rig takes of a configuration: by default plain names and no cap on alerts.
struct RigSetup {
  StreamOptions stream;  ///< Without a decoder: native events.
  AlertRules alerts{.tenant = "t", .storm_cap = 1000000};
};

/// The whole pipeline between bytes and alerts, in one thread, over a Store in memory.
/// Records go to partitions by their index; turns, commits, judging and crashes
/// follow a seeded plan.
class PipelineRig {
 public:
  PipelineRig(const std::vector<BuiltDetector>& detectors, RigPlan plan, RigSetup setup = {});

  RigResult run(const std::vector<std::string>& lines, const std::vector<int>& partition_of = {});

 private:
  bool chance(double p) { return p >= 1 || (p > 0 && std::uniform_real_distribution<>(0, 1)(random_) < p); }
  static PartitionId id(std::size_t p) { return {"rig", static_cast<std::int32_t>(p)}; }

  void start();
  bool turn();
  bool take(std::size_t p);
  void commit();
  bool judge();
  void add(const StreamTotals& more);
  void check(const Status& status);

  const std::vector<BuiltDetector>& detectors_;
  RigPlan plan_;
  RigSetup setup_;
  std::mt19937_64 random_;
  SilentLog log_;
  MemStore store_;
  std::vector<std::vector<Record>> feed_;
  std::unique_ptr<Board> board_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
  std::vector<std::unique_ptr<PartitionStream>> streams_;
  RigResult result_;
};

}  // namespace vedette
