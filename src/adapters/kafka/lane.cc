#include "adapters/kafka/lane.h"

#include <algorithm>

namespace vedette::kafka {
namespace {

void on_arrival(rd_kafka_t*, void* wake_up) { static_cast<WakeUp*>(wake_up)->signal(); }

}  // namespace

Lane::Lane(rd_kafka_t* client, const PartitionId& partition, std::int64_t next, WakeUp& wake_up)
    : queue_(rd_kafka_queue_get_partition(client, partition.topic.c_str(), partition.partition)),
      next_(next) {
  // Once forwarded nowhere by the application, the client leaves it alone when fetching starts.
  rd_kafka_queue_forward(queue_.get(), nullptr);
  rd_kafka_queue_cb_event_enable(queue_.get(), &on_arrival, &wake_up);
  // What an earlier assignment left behind must not be taken for this one's.
  MessagePtr stale;
  do stale.reset(rd_kafka_consume_queue(queue_.get(), 0));
  while (stale);
}

Lane::~Lane() {
  release();
  rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
}

Lane::Taken Lane::read(std::size_t max, std::size_t at_once, std::vector<Record>& out) {
  release();
  if (held_.size() < max) held_.resize(max);
  Taken taken;
  while (held_count_ < max) {
    const std::size_t room = std::min(at_once, max - held_count_);
    const ssize_t got = rd_kafka_consume_batch_queue(queue_.get(), 0, held_.data() + held_count_, room);
    if (got <= 0) break;
    const std::size_t first = held_count_;
    held_count_ += static_cast<std::size_t>(got);
    for (std::size_t i = first; i < held_count_; ++i) take(*held_[i], taken, out);
    if (static_cast<std::size_t>(got) < room) break;
  }
  return taken;
}

void Lane::take(rd_kafka_message_t& message, Taken& taken, std::vector<Record>& out) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (message.offset < next_.load(std::memory_order_relaxed)) {
      ++taken.repeated;
      return;
    }
    rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const std::int64_t time = rd_kafka_message_timestamp(&message, &kind);
    out.push_back({message.offset,
                   kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? kDawn : from_ms(time),
                   {static_cast<const char*>(message.payload), message.len}});
    next_.store(message.offset + 1, std::memory_order_relaxed);
    end_seen_.store(false, std::memory_order_relaxed);
    ++taken.records;
  } else if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    end_seen_.store(true, std::memory_order_relaxed);
  } else if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    taken.out_of_range = true;
  } else {
    taken.error = message.err;
  }
}

void Lane::release() {
  for (std::size_t i = 0; i < held_count_; ++i) rd_kafka_message_destroy(held_[i]);
  held_count_ = 0;
}

void Lane::restart(std::int64_t next) {
  next_.store(next, std::memory_order_relaxed);
  end_seen_.store(false, std::memory_order_relaxed);
  out_of_range.store(false, std::memory_order_relaxed);
}

bool Lane::at_end() const {
  return end_seen_.load(std::memory_order_relaxed) && rd_kafka_queue_length(queue_.get()) == 0;
}

}  // namespace vedette::kafka
