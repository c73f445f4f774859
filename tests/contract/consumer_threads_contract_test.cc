// Workers that read on their own threads while members of the group come and go.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "support/kafka/reader.h"
#include "support/kafka/test_cluster.h"

namespace vedette::testing {
namespace {

/// Positions and records of a group, shared by its instances.
class SharedLedger {
 public:
  std::int64_t next(const PartitionId& partition) {
    const std::lock_guard<std::mutex> hold(mutex_);
    const auto found = ledger_.next.find(partition);
    return found == ledger_.next.end() ? -1 : found->second;
  }
  void commit(const PartitionId& partition, const std::vector<Record>& records) {
    const std::lock_guard<std::mutex> hold(mutex_);
    for (const Record& record : records) {
      ledger_.offsets[partition].push_back(record.offset);
      wrong_bytes_ += record.bytes == TestCluster::bytes_of(partition, record.offset) ? 0 : 1;
    }
    ledger_.next[partition] = records.back().offset + 1;
    ledger_.records += records.size();
  }
  std::size_t records() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return ledger_.records;
  }
  /// Once all instances are gone.
  const Ledger& ledger() const { return ledger_; }
  std::size_t wrong_bytes() const { return wrong_bytes_; }

 private:
  std::mutex mutex_;
  Ledger ledger_;
  std::size_t wrong_bytes_ = 0;
};

/// A consumer with two workers, each reading the partitions with its remainder.
class Instance final : public PartitionListener {
 public:
  static constexpr std::int32_t kWorkers = 2;

  Instance(KafkaConsumerOptions options, SharedLedger& ledger) : ledger_(ledger) {
    auto made = make_kafka_consumer(std::move(options), *this, log_, metrics_);
    EXPECT_TRUE(made.ok());
    consumer_ = std::move(*made);
    for (std::int32_t i = 0; i < kWorkers; ++i) workers_.emplace_back([this, i] { work(i); });
  }
  ~Instance() override {
    consumer_->close(Duration{10000});
    stopping_ = true;
    for (std::thread& worker : workers_) worker.join();
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  std::vector<Start> assigned(std::span<const PartitionId> partitions) override {
    const std::unique_lock exclusive(mutex_);
    std::vector<Start> starts;
    for (const PartitionId& partition : partitions) {
      starts.push_back({partition, ledger_.next(partition)});
      owned_.insert(partition);
    }
    return starts;
  }
  void revoked(std::span<const PartitionId> partitions, bool) override {
    const std::unique_lock exclusive(mutex_);
    for (const PartitionId& partition : partitions) owned_.erase(partition);
  }
  void gap(const PartitionId&, std::int64_t, std::int64_t) override { ADD_FAILURE() << "no record is gone"; }

  void poll() { EXPECT_TRUE(consumer_->poll(Duration{5}).ok()); }
  std::size_t owned() const {
    const std::shared_lock hold(mutex_);
    return owned_.size();
  }

 private:
  void work(std::int32_t index) {
    std::vector<Record> records;
    while (!stopping_) {
      std::size_t got = 0;
      {
        const std::shared_lock hold(mutex_);
        for (const PartitionId& partition : owned_)
          if (partition.partition % kWorkers == index) got += read(partition, records);
      }
      if (got == 0) consumer_->wait(Duration{5});
    }
  }
  std::size_t read(const PartitionId& partition, std::vector<Record>& records) {
    records.clear();
    const std::size_t count = consumer_->read(partition, 64, records);
    if (count > 0) ledger_.commit(partition, records);
    return count;
  }

  SharedLedger& ledger_;
  SilentLog log_;
  Metrics metrics_;
  mutable std::shared_mutex mutex_;  ///< Shared while a worker reads: revoked() waits for it.
  std::set<PartitionId> owned_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> workers_;
  std::unique_ptr<Consumer> consumer_;
};

struct Case {
  const char* cluster;
  const char* strategy;
};

class ConsumerThreads : public ::testing::TestWithParam<Case> {};

TEST_P(ConsumerThreads, lose_and_double_nothing_while_members_come_and_go) {
  const auto cluster =
      std::string_view(GetParam().cluster) == "mock" ? TestCluster::mock() : TestCluster::real();
  if (!cluster) GTEST_SKIP() << "set VEDETTE_TEST_KAFKA=host:port";
  constexpr int kPartitions = 4;
  constexpr int kPortion = 250;
  const std::string topic = cluster->new_topic(kPartitions);
  int filled = 0;
  const auto fill = [&] {
    for (int p = 0; p < kPartitions; ++p) cluster->fill({topic, p}, kPortion, filled);
    filled += kPortion;
  };
  const KafkaConsumerOptions options{cluster->brokers(),
                                     "group-" + topic,
                                     {topic},
                                     "beginning",
                                     {{"session.timeout.ms", "6000"},
                                      {"heartbeat.interval.ms", "500"},
                                      {"partition.assignment.strategy", GetParam().strategy}},
                                     {}};
  SharedLedger ledger;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  const auto in_time = [&] { return std::chrono::steady_clock::now() < limit; };
  {
    Instance first(options, ledger);
    for (int visit = 0; visit < 2; ++visit) {
      Instance second(options, ledger);
      while (in_time() && (first.owned() != 2 || second.owned() != 2)) {
        first.poll();
        second.poll();
        if (filled < (visit + 1) * 2000) fill();
      }
    }
    const auto all = [&] { return static_cast<std::size_t>(filled) * kPartitions; };
    while (in_time() && ledger.records() < all()) first.poll();
  }
  EXPECT_TRUE(in_time());
  EXPECT_EQ(ledger.wrong_bytes(), 0u);
  for (int p = 0; p < kPartitions; ++p) {
    const std::vector<std::int64_t>& offsets = ledger.ledger().offsets.at({topic, p});
    ASSERT_EQ(offsets.size(), static_cast<std::size_t>(filled));
    for (std::size_t i = 0; i < offsets.size(); ++i) ASSERT_EQ(offsets[i], static_cast<std::int64_t>(i));
  }
}

INSTANTIATE_TEST_SUITE_P(On, ConsumerThreads,
                         ::testing::Values(Case{"mock", "range"}, Case{"mock", "cooperative-sticky"},
                                           Case{"broker", "range"}, Case{"broker", "cooperative-sticky"}),
                         [](const auto& about) {
                           const bool eager = std::string_view(about.param.strategy) == "range";
                           return std::string(about.param.cluster) + (eager ? "_eager" : "_cooperative");
                         });

}  // namespace
}  // namespace vedette::testing
