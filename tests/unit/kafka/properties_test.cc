#include "adapters/kafka/properties.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "adapters/kafka/kafka_consumer.h"
#include "adapters/kafka/kafka_sink.h"
#include "support/temp_folder.h"

namespace vedette {
namespace {

std::string why(KafkaRole role, const KafkaProperties& properties, const KafkaProperties& secrets = {}) {
  return check_kafka_properties(role, properties, secrets).message();
}

class SecretFile {
 public:
  explicit SecretFile(const std::string& content, mode_t mode = 0600) : path_(folder_.file("secret")) {
    std::ofstream(path_) << content;
    ::chmod(path_.c_str(), mode);
  }
  const std::string& path() const { return path_; }

 private:
  TempFolder folder_;
  std::string path_;
};

TEST(KafkaProperties, nothing_special_is_fine) {
  EXPECT_EQ(why(KafkaRole::consumer, {}), "");
  EXPECT_EQ(why(KafkaRole::producer, {{"compression.type", "lz4"}}), "");
}

TEST(KafkaProperties, unknown_names_and_bad_values_name_the_property) {
  EXPECT_NE(why(KafkaRole::consumer, {{"fetch.queue.backoff.ms", "1"}}).find("fetch.queue.backoff.ms"),
            std::string::npos);
  EXPECT_NE(why(KafkaRole::consumer, {{"session.timeout.ms", "soon"}}).find("session.timeout.ms"),
            std::string::npos);
}

TEST(KafkaProperties, what_would_break_exactness_is_refused_with_a_reason) {
  for (const char* name : {"enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "group.id",
                           "enable.partition.eof", "queued.min.messages", "bootstrap.servers"}) {
    const std::string message = why(KafkaRole::consumer, {{name, "1"}});
    EXPECT_EQ(message.find(std::string(name) + ": may not be set: "), 0u) << message;
  }
  EXPECT_NE(why(KafkaRole::consumer, {{"isolation.level", "read_uncommitted"}}), "");
  EXPECT_EQ(why(KafkaRole::consumer, {{"isolation.level", "read_committed"}}), "");
  EXPECT_NE(why(KafkaRole::producer, {{"acks", "1"}}), "");
  EXPECT_NE(why(KafkaRole::producer, {{"enable.idempotence", "false"}}), "");
}

TEST(KafkaProperties, what_would_run_other_code_is_refused) {
  for (const char* name : {"plugin.library.paths", "sasl.kerberos.kinit.cmd", "ssl.engine.location",
                           "rebalance_cb", "log_cb", "interceptors"})
    EXPECT_NE(why(KafkaRole::consumer, {{name, "x"}}).find("may not be set"), std::string::npos) << name;
}

TEST(KafkaProperties, memory_stays_bounded) {
  EXPECT_NE(why(KafkaRole::consumer, {{"queued.max.messages.kbytes", "2097151"}}), "");
  EXPECT_NE(why(KafkaRole::consumer, {{"queued.max.messages.kbytes", "lots"}}), "");
  EXPECT_EQ(why(KafkaRole::consumer, {{"queued.max.messages.kbytes", "16384"}}), "");
}

TEST(KafkaProperties, secrets_in_the_configuration_are_refused_without_being_repeated) {
  const std::string message = why(KafkaRole::consumer, {{"sasl.password", "hunter2"}});
  EXPECT_NE(message.find("sasl.password_file"), std::string::npos);
  EXPECT_EQ(message.find("hunter2"), std::string::npos);
}

TEST(KafkaProperties, secrets_come_from_files_without_their_final_newline) {
  const SecretFile file("hunter2\n");
  const KafkaProperties sasl = {
      {"security.protocol", "sasl_plaintext"}, {"sasl.mechanisms", "PLAIN"}, {"sasl.username", "vedette"}};
  KafkaProperties with_file = sasl;
  with_file["sasl.password_file"] = file.path();
  EXPECT_EQ(why(KafkaRole::consumer, with_file), "");
  EXPECT_EQ(why(KafkaRole::consumer, sasl, {{"sasl.password", file.path()}}), "");
}

TEST(KafkaProperties, a_secret_file_must_be_there_private_and_not_empty) {
  const SecretFile open_to_all("hunter2", 0644);
  const SecretFile empty("\n");
  EXPECT_NE(why(KafkaRole::consumer, {{"sasl.password_file", "/nowhere/at-all"}}).find("/nowhere/at-all"),
            std::string::npos);
  EXPECT_NE(why(KafkaRole::consumer, {{"sasl.password_file", open_to_all.path()}}).find("0600"),
            std::string::npos);
  EXPECT_NE(why(KafkaRole::consumer, {{"sasl.password_file", empty.path()}}).find("empty"),
            std::string::npos);
  EXPECT_NE(why(KafkaRole::consumer, {}, {{"client.id", empty.path()}}).find("only secrets"),
            std::string::npos);
}

TEST(KafkaProperties, missing_certificates_are_found_without_a_broker) {
  const std::string message =
      why(KafkaRole::consumer, {{"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere/ca.pem"}});
  EXPECT_NE(message.find("ssl.ca.location"), std::string::npos) << message;
}

TEST(KafkaConsumerOptions, missing_parts_and_a_bad_start_are_named) {
  const KafkaConsumerOptions good{"127.0.0.1:9", "group", {"topic"}, "end", {}, {}};
  EXPECT_TRUE(check_kafka_consumer(good).ok());
  KafkaConsumerOptions bad = good;
  bad.brokers.clear();
  EXPECT_EQ(check_kafka_consumer(bad).code(), Code::reject);
  bad = good;
  bad.start_at = "yesterday";
  EXPECT_NE(check_kafka_consumer(bad).message().find("yesterday"), std::string::npos);
}

TEST(KafkaSinkOptions, missing_parts_are_named) {
  EXPECT_TRUE(check_kafka_sink({"127.0.0.1:9", "alerts", {}, {}}).ok());
  EXPECT_FALSE(check_kafka_sink({"", "alerts", {}, {}}).ok());
  EXPECT_FALSE(check_kafka_sink({"127.0.0.1:9", "", {}, {}}).ok());
}

}  // namespace
}  // namespace vedette
