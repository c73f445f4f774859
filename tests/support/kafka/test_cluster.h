#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/mock_cluster.h"
#include "core/log.h"
#include "vedette/position.h"

namespace vedette::testing {

/// Brokers to test against: the mock inside the process, or a real one that was started
/// beforehand and is named by VEDETTE_TEST_KAFKA=host:port (and, for tests that stop it,
/// VEDETTE_TEST_KAFKA_DIR, the folder given to tests/support/kafka/broker).
class TestCluster {
 public:
  static std::unique_ptr<TestCluster> mock();
  /// Null when the environment names no broker.
  static std::unique_ptr<TestCluster> real();
  virtual ~TestCluster() = default;

  virtual std::string brokers() const = 0;
  virtual bool is_real() const = 0;
  /// A new topic whose name no other test uses.
  virtual std::string new_topic(int partitions) = 0;
  /// Makes the broker forget the oldest records of the partition; at least those before `keep`.
  virtual void forget(const PartitionId& partition, std::int64_t keep) = 0;
  virtual bool can_restart() const = 0;
  virtual void go_down() = 0;
  virtual void come_up() = 0;

  /// Appends `count` records whose bytes are `partition:number`, numbered from `first`.
  void fill(const PartitionId& partition, int count, int first = 0, Time at = kDawn);
  static std::string bytes_of(const PartitionId& partition, std::int64_t number);

 protected:
  KafkaProducer& producer();
  std::string unused_name();

 private:
  SilentLog log_;
  std::unique_ptr<KafkaProducer> producer_;
  int names_ = 0;
};

inline constexpr Duration kFlush{30000};

class MockTestCluster final : public TestCluster {
 public:
  explicit MockTestCluster(std::unique_ptr<MockCluster> cluster) : cluster_(std::move(cluster)) {}
  std::string brokers() const override { return cluster_->brokers(); }
  bool is_real() const override { return false; }
  std::string new_topic(int partitions) override {
    const std::string name = unused_name();
    EXPECT_TRUE(cluster_->create_topic(name, partitions).ok());
    return name;
  }
  /// The mock keeps 5 MiB of a partition.
  void forget(const PartitionId& partition, std::int64_t) override {
    const std::string big(512 * 1024, 'x');
    for (int i = 0; i < 12; ++i) {
      EXPECT_TRUE(producer().produce(partition, "", big).ok());
      EXPECT_TRUE(producer().flush(kFlush).ok());
    }
  }
  bool can_restart() const override { return true; }
  void go_down() override { cluster_->set_down(1); }
  void come_up() override { cluster_->set_up(1); }

 private:
  std::unique_ptr<MockCluster> cluster_;
};

class RealTestCluster final : public TestCluster {
 public:
  explicit RealTestCluster(std::string brokers) : brokers_(std::move(brokers)) {
    if (const char* folder = std::getenv("VEDETTE_TEST_KAFKA_DIR")) folder_ = folder;
  }
  std::string brokers() const override { return brokers_; }
  bool is_real() const override { return true; }
  std::string new_topic(int partitions) override {
    const std::string name = unused_name();
    const Status created = producer().create_topic(name, partitions);
    EXPECT_TRUE(created.ok()) << created.message();
    return name;
  }
  void forget(const PartitionId& partition, std::int64_t keep) override {
    const Status deleted = producer().delete_records({partition, keep});
    EXPECT_TRUE(deleted.ok()) << deleted.message();
  }
  bool can_restart() const override { return !folder_.empty(); }
  void go_down() override { broker("kill"); }
  void come_up() override { broker("start"); }

 private:
  void broker(const std::string& verb) const {
    const std::string command = std::string(VEDETTE_SOURCE_DIR) + "/tests/support/kafka/broker " + verb +
                                " '" + folder_ + "' >/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string brokers_;
  std::string folder_;
};

inline std::unique_ptr<TestCluster> TestCluster::mock() {
  auto cluster = MockCluster::start();
  EXPECT_TRUE(cluster.ok());
  return std::make_unique<MockTestCluster>(std::move(*cluster));
}

inline std::unique_ptr<TestCluster> TestCluster::real() {
  const char* brokers = std::getenv("VEDETTE_TEST_KAFKA");
  return brokers == nullptr ? nullptr : std::make_unique<RealTestCluster>(brokers);
}

inline KafkaProducer& TestCluster::producer() {
  if (!producer_) {
    auto made = KafkaProducer::open({brokers(), {{"linger.ms", "1"}}, {}}, log_);
    EXPECT_TRUE(made.ok());
    producer_ = std::move(*made);
  }
  return *producer_;
}

inline std::string TestCluster::unused_name() {
  // A real broker keeps the topics of earlier runs.
  const auto run = std::chrono::steady_clock::now().time_since_epoch().count();
  return "test-" + std::to_string(::getpid()) + "-" + std::to_string(run) + "-" + std::to_string(++names_);
}

inline std::string TestCluster::bytes_of(const PartitionId& partition, std::int64_t number) {
  return std::to_string(partition.partition) + ":" + std::to_string(number);
}

inline void TestCluster::fill(const PartitionId& partition, int count, int first, Time at) {
  for (int i = first; i < first + count; ++i)
    EXPECT_TRUE(producer().produce(partition, "key", bytes_of(partition, i), at).ok());
  const Status flushed = producer().flush(kFlush);
  EXPECT_TRUE(flushed.ok()) << flushed.message();
}

}  // namespace vedette::testing
