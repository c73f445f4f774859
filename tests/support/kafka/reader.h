#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/kafka/kafka_consumer.h"

namespace vedette::testing {

/// What readers of one group have read, and the positions they would have committed.
struct Ledger {
  struct Gap {
    PartitionId partition;
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  std::map<PartitionId, std::int64_t> next;
  std::map<PartitionId, std::vector<std::int64_t>> offsets;
  std::map<PartitionId, std::vector<std::string>> bytes;
  std::vector<Gap> gaps;
  std::size_t records = 0;
};

/// A consumer with a listener that keeps positions in a Ledger: poll, read, commit in
/// one thread. Several share a ledger as instances share a group.
class Reader final : public PartitionListener {
 public:
  Reader(KafkaConsumerOptions options, Ledger& ledger);

  std::vector<Start> assigned(std::span<const PartitionId> partitions) override;
  void revoked(std::span<const PartitionId> partitions, bool lost) override;
  void gap(const PartitionId& partition, std::int64_t from, std::int64_t to) override;

  Consumer& consumer() { return *consumer_; }
  const std::set<PartitionId>& owned() const { return owned_; }
  bool at_end() const;
  Metrics& metrics() { return metrics_; }
  /// Polls once and reads what is there, at most `batch` records of each partition.
  void step(std::size_t batch = 100);

 private:
  Ledger& ledger_;
  SilentLog log_;
  Metrics metrics_;
  std::set<PartitionId> owned_;
  std::unique_ptr<Consumer> consumer_;
};

inline Reader::Reader(KafkaConsumerOptions options, Ledger& ledger) : ledger_(ledger) {
  auto made = make_kafka_consumer(std::move(options), *this, log_, metrics_);
  EXPECT_TRUE(made.ok()) << made.status().message();
  if (made.ok()) consumer_ = std::move(*made);
}

inline std::vector<PartitionListener::Start> Reader::assigned(std::span<const PartitionId> partitions) {
  std::vector<Start> starts;
  for (const PartitionId& partition : partitions) {
    EXPECT_TRUE(owned_.insert(partition).second) << "assigned twice";
    const auto stored = ledger_.next.find(partition);
    if (stored != ledger_.next.end()) starts.push_back({partition, stored->second});
  }
  return starts;
}

inline void Reader::revoked(std::span<const PartitionId> partitions, bool) {
  for (const PartitionId& partition : partitions) {
    EXPECT_EQ(owned_.erase(partition), 1u) << "revoked without being owned";
    consumer_->release(partition);
  }
}

inline void Reader::gap(const PartitionId& partition, std::int64_t from, std::int64_t to) {
  ledger_.gaps.push_back({partition, from, to});
}

inline bool Reader::at_end() const {
  for (const PartitionId& partition : owned_)
    if (!consumer_->at_end(partition)) return false;
  return !owned_.empty();
}

inline void Reader::step(std::size_t batch) {
  const Status polled = consumer_->poll(Duration{5});
  EXPECT_TRUE(polled.ok()) << polled.message();
  std::vector<Record> records;
  std::vector<Position> positions;
  for (const PartitionId& partition : owned_) {
    records.clear();
    const std::size_t count = consumer_->read(partition, batch, records);
    EXPECT_EQ(count, records.size());
    for (const Record& record : records) {
      ledger_.offsets[partition].push_back(record.offset);
      ledger_.bytes[partition].emplace_back(record.bytes);
      ledger_.next[partition] = record.offset + 1;
      ++ledger_.records;
    }
    if (!records.empty()) positions.push_back({partition, ledger_.next[partition]});
  }
  consumer_->publish(positions);
}

/// Steps the readers in turn until the condition holds; false if it does not within a minute.
inline bool step_until(const std::vector<Reader*>& readers, const std::function<bool()>& condition,
                       std::size_t batch = 100) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < limit) {
    for (Reader* reader : readers) reader->step(batch);
    if (condition()) return true;
  }
  return false;
}

}  // namespace vedette::testing
