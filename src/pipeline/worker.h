#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/consumer.h"
#include "core/log.h"
#include "core/metrics.h"
#include "pipeline/board.h"
#include "pipeline/outbox.h"
#include "pipeline/partition_stream.h"
#include "vedette/clock.h"

namespace vedette {

/// What all workers share; owned by the app and outlives them.
struct WorkerSurroundings {
  Store& store;
  Board& board;
  Outbox& outbox;
  const Clock& clock;
  Metrics& metrics;
  Log& log;
};

struct WorkerOptions {
  std::size_t batch = 1024;
  Duration commit_interval = kSecond;
};

/// Owns a set of partitions: reads, decodes and observes them in turn, and commits all
/// of them in one batch. `run` is a thread's body; `add` and `remove` are called by the
/// consumer's thread and take effect between two batches. A store that fails for good
/// ends the thread; `failure` says why.
class Worker {
 public:
  Worker(WorkerSurroundings around, WorkerOptions options, std::int64_t index);

  void run(const std::stop_token& stop, Consumer& consumer);
  void add(std::unique_ptr<PartitionStream> stream);
  /// Commits what the partitions have and lets them go. `lost`: without committing.
  void remove(std::span<const PartitionId> partitions, bool lost);

  std::size_t load() const { return load_.load(); }
  /// Monotonic time of the last turn, for the watchdog.
  Duration last_turn() const { return Duration{last_turn_.load()}; }
  Status failure() const;

 private:
  struct Owned {
    std::unique_ptr<PartitionStream> stream;
    std::vector<Record> records;
    std::size_t used = 0;
    std::optional<Duration> at_end_since;
    Time committed = kDawn;  ///< Watermark that is durable.
    StreamTotals told;
  };
  struct Removal {
    std::vector<PartitionId> partitions;
    bool lost = false;
  };

  bool serve(Owned& owned, Consumer& consumer);
  void take_orders(Consumer& consumer, const std::stop_token& stop);
  void let_go(const Removal& removal, Consumer& consumer, const std::stop_token& stop);
  bool blocked() const;
  bool commit_due() const;
  void commit(Consumer& consumer, const std::stop_token& stop);
  void append_dead(Changes& changes);
  void report();
  void count(Owned& owned);
  void count_detector(const std::string& detector, const Tally& told, const Tally& now);

  WorkerSurroundings around_;
  WorkerOptions options_;
  OutboxWriter dead_letters_;
  std::map<PartitionId, Owned> owned_;
  std::vector<DeadLetter> dead_;
  Changes changes_;
  Duration committed_at_{};
  Duration commit_took_{};
  Duration interval_;
  std::atomic<std::size_t> load_{0};
  std::atomic<Duration::rep> last_turn_{0};

  mutable std::mutex mutex_;  ///< Guards the four below.
  std::condition_variable orders_done_;
  std::vector<std::unique_ptr<PartitionStream>> added_;
  std::vector<Removal> removals_;
  Status failure_;
  bool ended_ = false;
};

}  // namespace vedette
