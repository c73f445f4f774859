#pragma once

#include <span>
#include <vector>

#include "vedette/position.h"
#include "vedette/status.h"

namespace vedette {

/// What the consumer tells about its partitions, on the thread that calls `poll`.
class PartitionListener {
 public:
  /// Where reading has to begin when there is no stored position.
  struct Start {
    PartitionId partition;
    std::int64_t offset = -1;  ///< -1: none stored, `start_at` decides.
  };
  virtual ~PartitionListener() = default;
  /// Called before reading begins; answers the stored position of each partition.
  virtual std::vector<Start> assigned(std::span<const PartitionId> partitions) = 0;
  /// Must stop reading them and commit before it returns. `lost`: others may own them already.
  virtual void revoked(std::span<const PartitionId> partitions, bool lost) = 0;
  /// Records [from, to) are gone (retention); reading goes on at `to`.
  virtual void gap(const PartitionId& partition, std::int64_t from, std::int64_t to) = 0;
};

/// Reads records of a consumer group, partition by partition. Not reading a partition
/// is the only back-pressure: nothing is paused. Our own positions are the truth;
/// offsets are committed to the group for lag tools only.
/// Threads: one calls `poll`; each partition is read by one worker.
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// Serves rebalances, errors and statistics for at most `wait`. Never fails for a
  /// broker that is away; `stop` only for what can never work.
  virtual Status poll(Duration wait) = 0;
  /// Appends up to `max` next records of the partition to `out`; never blocks. Their
  /// bytes stay valid until the next `read` or `release` of the same partition. Offsets only go up.
  virtual std::size_t read(const PartitionId& partition, std::size_t max, std::vector<Record>& out) = 0;
  virtual void release(const PartitionId& partition) = 0;
  /// The partition's end was reached and nothing has been fetched beyond it.
  virtual bool at_end(const PartitionId& partition) const = 0;
  /// High watermark as last heard of, or -1.
  virtual std::int64_t high_watermark(const PartitionId& partition) const = 0;
  /// Waits until some partition may have records, at most `wait`.
  virtual void wait(Duration wait) = 0;
  /// Tells the group, without waiting, where we are (next offsets). For lag tools.
  virtual void publish(std::span<const Position> next) = 0;
  /// The brokers answer.
  virtual bool connected() const = 0;
  /// Leaves the group; at most `deadline`.
  virtual void close(Duration deadline) = 0;
};

}  // namespace vedette
