#include "adapters/kafka/kafka_sink.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/kafka/reader.h"
#include "support/kafka/test_cluster.h"

namespace vedette::testing {
namespace {

class KafkaSink : public ::testing::Test {
 protected:
  std::unique_ptr<Sink> make_sink(KafkaProperties properties = {}, Duration timeout = Duration{20000}) {
    auto sink = make_kafka_sink({cluster_->brokers(), topic_, std::move(properties), {}, timeout}, log_);
    EXPECT_TRUE(sink.ok()) << sink.status().message();
    return std::move(*sink);
  }
  static std::vector<Message> messages(int count, int first = 0) {
    std::vector<Message> result;
    for (int i = first; i < first + count; ++i)
      result.push_back({"alert-" + std::to_string(i), "text-" + std::to_string(i), {{"kind", "test"}}});
    return result;
  }
  /// What the topic holds, once it holds `count` records.
  std::vector<std::string> produced(std::size_t count) {
    Ledger ledger;
    Reader reader({cluster_->brokers(), "check-" + topic_, {topic_}, "beginning", {}, {}}, ledger);
    EXPECT_TRUE(step_until({&reader}, [&] { return ledger.records >= count && reader.at_end(); }));
    return ledger.bytes[{topic_, 0}];
  }

  std::unique_ptr<TestCluster> cluster_ = TestCluster::mock();
  std::string topic_ = cluster_->new_topic(1);
  SilentLog log_;
};

TEST_F(KafkaSink, delivers_in_order) {
  const std::unique_ptr<Sink> sink = make_sink();
  const Delivery delivery = sink->deliver(messages(100));
  EXPECT_TRUE(delivery.rest.ok()) << delivery.rest.message();
  EXPECT_EQ(delivery.delivered, 100u);
  const std::vector<std::string> bytes = produced(100);
  ASSERT_EQ(bytes.size(), 100u);
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], "text-" + std::to_string(i));
}

TEST_F(KafkaSink, nothing_to_deliver_is_delivered) {
  const Delivery delivery = make_sink()->deliver({});
  EXPECT_TRUE(delivery.rest.ok());
  EXPECT_EQ(delivery.delivered, 0u);
}

TEST_F(KafkaSink, asks_for_a_retry_while_the_brokers_are_away_and_doubles_nothing_after) {
  const std::unique_ptr<Sink> sink = make_sink({}, Duration{200});
  cluster_->go_down();
  const std::vector<Message> all = messages(10);
  for (int i = 0; i < 3; ++i) {
    const Delivery delivery = sink->deliver(all);
    EXPECT_EQ(delivery.rest.code(), Code::retry);
    EXPECT_EQ(delivery.delivered, 0u);
  }
  cluster_->come_up();
  std::size_t done = 0;
  for (int i = 0; i < 200 && done < all.size(); ++i)
    done += sink->deliver(std::span(all).subspan(done)).delivered;
  EXPECT_EQ(done, 10u);
  EXPECT_EQ(produced(10).size(), 10u);
}

TEST_F(KafkaSink, one_message_too_large_is_rejected_and_the_others_pass) {
  const std::unique_ptr<Sink> sink = make_sink({{"message.max.bytes", "10000"}});
  std::vector<Message> all = messages(5);
  all[2].bytes.assign(20000, 'x');
  const Delivery first = sink->deliver(all);
  EXPECT_EQ(first.delivered, 2u);
  EXPECT_EQ(first.rest.code(), Code::reject);
  const Delivery second = sink->deliver(std::span(all).subspan(3));
  EXPECT_EQ(second.delivered, 2u);
  EXPECT_TRUE(second.rest.ok());
  EXPECT_EQ(produced(4), (std::vector<std::string>{"text-0", "text-1", "text-3", "text-4"}));
}

TEST_F(KafkaSink, goes_on_after_a_reopen) {
  const std::unique_ptr<Sink> sink = make_sink();
  EXPECT_EQ(sink->deliver(messages(2)).delivered, 2u);
  sink->reopen();
  EXPECT_EQ(sink->deliver(messages(2, 2)).delivered, 2u);
  EXPECT_EQ(produced(4).size(), 4u);
}

TEST_F(KafkaSink, other_messages_than_those_in_flight_start_anew) {
  const std::unique_ptr<Sink> sink = make_sink({}, Duration{200});
  cluster_->go_down();
  EXPECT_EQ(sink->deliver(messages(3)).rest.code(), Code::retry);
  cluster_->come_up();
  const std::vector<Message> others = messages(2, 50);
  std::size_t done = 0;
  for (int i = 0; i < 200 && done < others.size(); ++i)
    done += sink->deliver(std::span(others).subspan(done)).delivered;
  EXPECT_EQ(done, 2u);
  EXPECT_EQ(produced(2), (std::vector<std::string>{"text-50", "text-51"}));
}

}  // namespace
}  // namespace vedette::testing
