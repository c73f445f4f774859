// The yardstick of `make bench`: consumes COUNT records of a topic, from offset FROM of each
// partition on, and parses every one with simdjson's DOM, nothing else.
// Usage: bare_consume BROKERS TOPIC PARTITIONS FROM COUNT. Prints one line: records, wall
// seconds, CPU seconds from the first record on, records that did not parse.
#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

rd_kafka_t* open(const char* brokers, const char* topic, int partitions, std::int64_t from) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const std::string group =
      "bare-" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why.data(), why.size());
  rd_kafka_conf_set(conf, "group.id", group.c_str(), why.data(), why.size());
  rd_kafka_conf_set(conf, "enable.auto.commit", "false", why.data(), why.size());
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
  if (client == nullptr) return nullptr;
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(partitions);
  for (int partition = 0; partition < partitions; ++partition)
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = from;
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  return client;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  rd_kafka_t* client = open(argv[1], argv[2], std::atoi(argv[3]), std::atoll(argv[4]));
  if (client == nullptr) return 1;
  const long count = std::atol(argv[5]);
  simdjson::dom::parser parser;
  std::string padded;
  long records = 0, broken = 0;
  double cpu = 0;
  std::chrono::steady_clock::time_point begun;
  while (records < count) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, 1000);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (records++ == 0) {
        begun = std::chrono::steady_clock::now();
        cpu = cpu_seconds();
      }
      simdjson::dom::element document;
      if (parser.parse(static_cast<const char*>(message->payload), message->len).get(document) !=
          simdjson::SUCCESS)
        ++broken;
    }
    rd_kafka_message_destroy(message);
  }
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("%ld %.3f %.3f %ld\n", records, wall, cpu_seconds() - cpu, broken);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return 0;
}
