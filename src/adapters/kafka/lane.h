#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/wake_up.h"
#include "vedette/position.h"

namespace vedette::kafka {

/// One assigned partition: its own queue in the client, and the messages last read
/// from it. Made before the client begins to fetch and gone when it has stopped.
/// Threads: `read` and `release` by one worker; `restart` while nobody reads; the rest any.
class Lane {
 public:
  static constexpr std::int64_t kUnknown = -1;

  struct Taken {
    std::size_t records = 0;
    std::size_t repeated = 0;   ///< Offsets before the expected one, dropped.
    bool out_of_range = false;  ///< The broker no longer has the offset; fetching stopped.
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool unusual() const { return out_of_range || repeated > 0 || error != RD_KAFKA_RESP_ERR_NO_ERROR; }
  };

  Lane(rd_kafka_t* client, const PartitionId& partition, std::int64_t next, WakeUp& wake_up);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Never blocks. `at_once`: how many messages one call to the client may take.
  Taken read(std::size_t max, std::size_t at_once, std::vector<Record>& out);
  void release();

  /// The offset that comes next, kUnknown before a start was found.
  std::int64_t next() const { return next_.load(std::memory_order_relaxed); }
  void restart(std::int64_t next);
  bool at_end() const;

  bool fetching = false;                  ///< Handed to the client. Control thread only.
  std::atomic<bool> out_of_range{false};  ///< Set by the reader, mended by the control thread.

 private:
  void take(rd_kafka_message_t& message, Taken& taken, std::vector<Record>& out);

  QueuePtr queue_;
  std::vector<rd_kafka_message_t*> held_;
  std::size_t held_count_ = 0;
  std::atomic<std::int64_t> next_;
  std::atomic<bool> end_seen_{false};
};

}  // namespace vedette::kafka
