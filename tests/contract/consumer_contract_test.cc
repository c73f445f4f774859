// What every Consumer promises, on the mock cluster and, where the environment names one, on a real broker.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/kafka/reader.h"
#include "support/kafka/test_cluster.h"

namespace vedette::testing {
namespace {

constexpr const char* kWhySkipped =
    "set VEDETTE_TEST_KAFKA=host:port of a broker started by tests/support/kafka/broker";

class ConsumerContract : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    cluster_ = std::string_view(GetParam()) == "mock" ? TestCluster::mock() : TestCluster::real();
    if (!cluster_) GTEST_SKIP() << kWhySkipped;
  }

  void make_topic(int partitions) {
    topic_ = cluster_->new_topic(partitions);
    for (int i = 0; i < partitions; ++i) partitions_.push_back({topic_, i});
  }
  void fill_all(int count, int first = 0) {
    for (const PartitionId& partition : partitions_) cluster_->fill(partition, count, first);
  }
  KafkaConsumerOptions options() const {
    return {cluster_->brokers(),
            "group-" + topic_,
            {topic_},
            "beginning",
            {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}},
            {}};
  }
  std::size_t total(int each) const { return partitions_.size() * static_cast<std::size_t>(each); }
  bool step_until_read(const std::vector<Reader*>& readers, std::size_t records, std::size_t batch = 100) {
    return step_until(
        readers, [&] { return ledger_.records >= records; }, batch);
  }
  /// Every partition was read from 0 to `count` - 1, each record once, in order, with its own bytes.
  void expect_exactly(int count) const {
    for (const PartitionId& partition : partitions_) {
      const auto found = ledger_.offsets.find(partition);
      ASSERT_NE(found, ledger_.offsets.end());
      const std::vector<std::int64_t>& offsets = found->second;
      ASSERT_EQ(offsets.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        ASSERT_EQ(offsets[i], static_cast<std::int64_t>(i));
        ASSERT_EQ(ledger_.bytes.at(partition)[i], TestCluster::bytes_of(partition, offsets[i]));
      }
    }
  }

  std::unique_ptr<TestCluster> cluster_;
  std::string topic_;
  std::vector<PartitionId> partitions_;
  Ledger ledger_;
};

TEST_P(ConsumerContract, reads_every_record_once_and_in_order) {
  make_topic(4);
  fill_all(500);
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, total(500)));
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end(); }));
  expect_exactly(500);
  EXPECT_TRUE(ledger_.gaps.empty());
}

TEST_P(ConsumerContract, begins_at_the_stored_offset) {
  make_topic(1);
  fill_all(100);
  ledger_.next[partitions_[0]] = 60;
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, 40));
  EXPECT_EQ(ledger_.offsets[partitions_[0]].front(), 60);
  EXPECT_EQ(ledger_.offsets[partitions_[0]].size(), 40u);
}

TEST_P(ConsumerContract, bytes_and_broker_times_belong_to_their_records) {
  make_topic(1);
  const Time at = from_ms(1767225600000);
  cluster_->fill(partitions_[0], 3, 0, at);
  Reader reader(options(), ledger_);
  std::vector<Record> records;
  while (records.empty()) {
    ASSERT_TRUE(reader.consumer().poll(Duration{5}).ok());
    if (!reader.owned().empty()) reader.consumer().read(partitions_[0], 10, records);
  }
  EXPECT_EQ(records[0].bytes, TestCluster::bytes_of(partitions_[0], 0));
  EXPECT_EQ(records[0].broker_time, at);
}

TEST_P(ConsumerContract, says_when_the_end_is_reached_and_when_it_is_no_more) {
  make_topic(2);
  fill_all(10);
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end() && ledger_.records == total(10); }));
  EXPECT_EQ(reader.consumer().high_watermark(partitions_[0]), 10);
  fill_all(10, 10);
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end() && ledger_.records == total(20); }));
  expect_exactly(20);
}

TEST_P(ConsumerContract, is_not_at_the_end_while_records_wait) {
  make_topic(1);
  fill_all(10);
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, 1, 1));
  while (ledger_.records < 10) {
    EXPECT_FALSE(reader.consumer().at_end(partitions_[0]));
    reader.step(1);
  }
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end(); }));
}

TEST_P(ConsumerContract, a_restart_from_stored_positions_reads_each_record_once) {
  make_topic(3);
  fill_all(300);
  for (const std::size_t stop_at : {100u, 400u, 650u}) {
    Reader reader(options(), ledger_);
    EXPECT_TRUE(step_until_read({&reader}, stop_at, 7));
    reader.consumer().close(Duration{5000});
  }
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, total(300)));
  expect_exactly(300);
}

TEST_P(ConsumerContract, tells_the_gap_that_retention_left_and_goes_on) {
  make_topic(2);
  fill_all(50);
  cluster_->forget(partitions_[0], 30);
  ledger_.next[partitions_[0]] = 10;
  ledger_.next[partitions_[1]] = 10;
  Reader reader(options(), ledger_);
  EXPECT_TRUE(
      step_until({&reader}, [&] { return reader.at_end() && !ledger_.offsets[partitions_[0]].empty(); }));
  ASSERT_EQ(ledger_.gaps.size(), 1u);
  EXPECT_EQ(ledger_.gaps[0].partition, partitions_[0]);
  EXPECT_EQ(ledger_.gaps[0].from, 10);
  EXPECT_GE(ledger_.gaps[0].to, 30);
  EXPECT_EQ(ledger_.offsets[partitions_[0]].front(), ledger_.gaps[0].to);
  EXPECT_EQ(ledger_.offsets[partitions_[1]].size(), 40u);
}

TEST_P(ConsumerContract, a_position_beyond_the_end_is_a_gap_backwards) {
  make_topic(1);
  fill_all(20);
  ledger_.next[partitions_[0]] = 1000;
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until({&reader}, [&] { return ledger_.offsets[partitions_[0]].size() == 20; }));
  ASSERT_EQ(ledger_.gaps.size(), 1u);
  EXPECT_EQ(ledger_.gaps[0].from, 1000);
  EXPECT_EQ(ledger_.gaps[0].to, 0);
}

TEST_P(ConsumerContract, without_stored_position_the_end_means_new_records_only) {
  make_topic(2);
  fill_all(20);
  KafkaConsumerOptions from_end = options();
  from_end.start_at = "end";
  Reader reader(from_end, ledger_);
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end(); }));
  EXPECT_EQ(ledger_.records, 0u);
  fill_all(5, 20);
  EXPECT_TRUE(step_until_read({&reader}, total(5)));
  EXPECT_EQ(ledger_.offsets[partitions_[0]], (std::vector<std::int64_t>{20, 21, 22, 23, 24}));
}

TEST_P(ConsumerContract, without_stored_position_a_time_finds_the_first_record_at_or_after_it) {
  if (!cluster_->is_real()) GTEST_SKIP() << "the mock does not search by time";
  make_topic(1);
  cluster_->fill(partitions_[0], 10, 0, from_ms(1767225600000));   // 2026-01-01
  cluster_->fill(partitions_[0], 10, 10, from_ms(1767312000000));  // 2026-01-02
  KafkaConsumerOptions from_time = options();
  from_time.start_at = "2026-01-01T12:00:00+01:00";
  Reader reader(from_time, ledger_);
  EXPECT_TRUE(step_until_read({&reader}, 10));
  EXPECT_EQ(ledger_.offsets[partitions_[0]].front(), 10);
}

TEST_P(ConsumerContract, survives_brokers_that_go_and_come_back) {
  if (!cluster_->can_restart()) GTEST_SKIP() << "set VEDETTE_TEST_KAFKA_DIR to the broker's folder";
  make_topic(2);
  fill_all(100);
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, total(100)));
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.consumer().connected(); }));
  cluster_->go_down();
  EXPECT_TRUE(step_until({&reader}, [&] { return !reader.consumer().connected(); }));
  cluster_->come_up();
  fill_all(100, 100);
  EXPECT_TRUE(step_until_read({&reader}, total(200)));
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.consumer().connected(); }));
  expect_exactly(200);
}

TEST_P(ConsumerContract, waits_for_brokers_that_are_away_at_the_start) {
  if (!cluster_->can_restart()) GTEST_SKIP() << "set VEDETTE_TEST_KAFKA_DIR to the broker's folder";
  make_topic(1);
  fill_all(10);
  cluster_->go_down();
  Reader reader(options(), ledger_);
  for (int i = 0; i < 20; ++i) reader.step();
  EXPECT_FALSE(reader.consumer().connected());
  cluster_->come_up();
  EXPECT_TRUE(step_until_read({&reader}, 10));
  expect_exactly(10);
}

TEST_P(ConsumerContract, closes_while_the_brokers_are_away) {
  if (!cluster_->can_restart()) GTEST_SKIP() << "set VEDETTE_TEST_KAFKA_DIR to the broker's folder";
  make_topic(1);
  fill_all(10);
  Reader reader(options(), ledger_);
  EXPECT_TRUE(step_until_read({&reader}, 10));
  cluster_->go_down();
  reader.consumer().close(Duration{1500});
  EXPECT_EQ(reader.consumer().poll(Duration{0}).code(), Code::stop);
  cluster_->come_up();
}

class ConsumerRebalance : public ConsumerContract {
 protected:
  KafkaConsumerOptions with(const char* strategy) const {
    KafkaConsumerOptions result = options();
    result.properties["partition.assignment.strategy"] = strategy;
    return result;
  }
  /// A second member joins in the middle and leaves again.
  void share_and_take_back(const char* strategy) {
    make_topic(4);
    fill_all(200);
    Reader first(with(strategy), ledger_);
    EXPECT_TRUE(step_until_read({&first}, 150, 5));
    {
      Reader second(with(strategy), ledger_);
      EXPECT_TRUE(step_until(
          {&first, &second}, [&] { return first.owned().size() == 2 && second.owned().size() == 2; }, 1));
      fill_all(200, 200);
      EXPECT_TRUE(step_until_read({&first, &second}, total(250), 5));
    }
    EXPECT_TRUE(step_until(
        {&first}, [&] { return first.owned().size() == 4; }, 5));
    EXPECT_TRUE(step_until_read({&first}, total(400)));
    expect_exactly(400);
    EXPECT_TRUE(ledger_.gaps.empty());
  }
};

TEST_P(ConsumerRebalance, eager_loses_and_doubles_nothing) { share_and_take_back("range"); }
TEST_P(ConsumerRebalance, cooperative_loses_and_doubles_nothing) {
  share_and_take_back("cooperative-sticky");
}

TEST_P(ConsumerRebalance, cooperative_mends_a_gap) {
  make_topic(2);
  fill_all(50);
  cluster_->forget(partitions_[0], 30);
  ledger_.next[partitions_[0]] = 10;
  Reader reader(with("cooperative-sticky"), ledger_);
  EXPECT_TRUE(step_until({&reader}, [&] { return reader.at_end() && !ledger_.gaps.empty(); }));
  EXPECT_TRUE(step_until({&reader}, [&] { return !ledger_.offsets[partitions_[0]].empty(); }));
  EXPECT_EQ(ledger_.offsets[partitions_[0]].front(), ledger_.gaps[0].to);
  EXPECT_EQ(ledger_.offsets[partitions_[1]].size(), 50u);
}

INSTANTIATE_TEST_SUITE_P(On, ConsumerContract, ::testing::Values("mock", "broker"),
                         [](const auto& about) { return std::string(about.param); });
INSTANTIATE_TEST_SUITE_P(On, ConsumerRebalance, ::testing::Values("mock", "broker"),
                         [](const auto& about) { return std::string(about.param); });

}  // namespace
}  // namespace vedette::testing
