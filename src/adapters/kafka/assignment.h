#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "adapters/kafka/lane.h"
#include "adapters/kafka/start_at.h"
#include "core/consumer.h"
#include "core/log.h"

namespace vedette::kafka {

/// The partitions that this instance owns, each with its Lane, and what the client has
/// been told to fetch. Owned by the consumer. Threads: the control thread changes it,
/// under the exclusive lock; workers read their lanes under the shared one.
class Assignment {
 public:
  using Gap = std::function<void(const PartitionId&, std::int64_t from, std::int64_t to)>;

  Assignment(StartAt start_at, Log& log) : start_at_(start_at), log_(log) {}
  void set_client(rd_kafka_t* client) { client_ = client; }

  void begin(const std::vector<PartitionId>& partitions, const std::vector<PartitionListener::Start>& starts);
  void end(const std::vector<PartitionId>& partitions);
  /// Leaves the client out: it is closed already.
  void clear();

  /// Starts lanes that have no start yet or whose offset is gone, as far as the brokers
  /// answer within `wait`. `gap` is called before a lane goes on behind one.
  void mend(Duration wait, const Gap& gap);
  bool needs_mending() const { return needs_mending_.load(std::memory_order_acquire); }
  /// The lane has stopped or missed something: fetch again from its next offset.
  void restart_later(Lane& lane);

  std::shared_lock<std::shared_mutex> hold() const { return std::shared_lock(mutex_); }
  Lane* find(const PartitionId& partition) const;  ///< Under hold(), or on the control thread.
  /// Control thread only.
  const std::map<PartitionId, std::unique_ptr<Lane>>& lanes() const { return lanes_; }
  bool cooperative() const { return cooperative_.load(std::memory_order_relaxed); }
  WakeUp& wake_up() { return wake_up_; }

 private:
  void learn_protocol();
  void fetch(const std::vector<PartitionId>& partitions);
  void fetch_all();
  std::vector<PartitionId> find_missing_starts(Duration wait);
  bool mend_range(const PartitionId& partition, Duration wait, const Gap& gap);
  void check(const char* step, rd_kafka_error_t* error);

  const StartAt start_at_;
  Log& log_;
  rd_kafka_t* client_ = nullptr;
  WakeUp wake_up_;
  mutable std::shared_mutex mutex_;  ///< Guards the map, and readers against a restart.
  std::map<PartitionId, std::unique_ptr<Lane>> lanes_;
  std::atomic<bool> cooperative_{false};
  std::atomic<bool> needs_mending_{false};
};

}  // namespace vedette::kafka
