#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/judge_stage.h"
#include "pipeline/partition_stream.h"
#include "pipeline/record_file.h"

namespace vedette {

/// Runs recorded events through the very same observe, judge and alert stages as the
/// daemon, in one thread and in event time only. The file is one partition.
class Replay {
 public:
  using Deliver = std::function<void(const Alert&)>;

  Replay(StreamOptions options, const std::vector<BuiltDetector>& detectors, Store& store, JudgeStage& judge);

  /// Learns baselines from a recording: once for the profiles, once for what is normal.
  Status learn(const std::string& path);
  /// Runs a recording; transitions come in the order in which they were decided.
  Status run(const std::string& path, const Deliver& deliver);

  /// After a run: judges what became ripe `after` its last event. What is found is dropped.
  Status judge_rest(Duration after);

  /// Of the last recording run, in event time.
  Time begin() const { return first_; }
  Time end() const { return last_; }
  const StreamTotals& totals() const { return totals_; }
  std::uint64_t records() const { return records_; }
  std::size_t held() const { return held_; }
  const std::vector<DeadLetter>& first_dead() const { return first_dead_; }

 private:
  using Step = std::function<Status(Time watermark, Changes& changes)>;

  Status drive(const std::string& path, const std::string& topic, const Step& step);
  Status judge_until(Time watermark, PartitionStream& stream, const Step& step);

  StreamOptions options_;
  const std::vector<BuiltDetector>& detectors_;
  Store& store_;
  JudgeStage& judge_;
  StreamTotals totals_;
  Time first_ = kDawn;  ///< Watermark behind its first event.
  Time last_ = kDawn;   ///< Watermark at the end of the last recording.
  std::uint64_t records_ = 0;
  std::size_t held_ = 0;
  std::vector<DeadLetter> first_dead_;
};

}  // namespace vedette
