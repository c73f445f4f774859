// What reading costs: our consumer against a bare consumer_poll loop over the same records of a real
// broker. consume_bench HOST:PORT [RECORDS] [ROUNDS] [WORK_NS per record]
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/kafka_consumer.h"
#include "adapters/kafka/kafka_producer.h"

namespace {

using namespace vedette;

constexpr int kPartitions = 4;
constexpr std::size_t kBatch = 1024;

struct Run {
  std::string brokers;
  std::string topic;
  std::size_t records = 1000000;
  std::chrono::nanoseconds work{0};
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void work(std::chrono::nanoseconds time) {
  if (time.count() == 0) return;
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

class Stopwatch {
 public:
  /// From the first record on, so that joining the group does not count.
  void start() {
    wall_ = wall_seconds();
    cpu_ = cpu_seconds();
  }
  void report(const char* what, std::size_t records) const {
    const auto n = static_cast<double>(records);
    const double wall = wall_seconds() - wall_;
    std::printf("%-28s %9.0f records/s   %.3f us CPU per record\n", what, n / wall,
                (cpu_seconds() - cpu_) / n * 1e6);
    std::fflush(stdout);
  }

 private:
  double wall_ = 0;
  double cpu_ = 0;
};

void bare_poll(const Run& run, int number) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const std::string group = run.topic + "-bare-" + std::to_string(number);
  for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", run.brokers},
                                                                      {"group.id", group},
                                                                      {"enable.auto.commit", "false"},
                                                                      {"auto.offset.reset", "earliest"}})
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, run.topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  Stopwatch watch;
  std::size_t seen = 0;
  std::size_t bytes = 0;
  while (seen < run.records) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (seen == 0) watch.start();
      ++seen;
      bytes += message->len;
      work(run.work);
    }
    rd_kafka_message_destroy(message);
  }
  watch.report("bare consumer_poll", seen);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
}

class FromBeginning final : public PartitionListener {
 public:
  std::vector<Start> assigned(std::span<const PartitionId> partitions) override {
    std::vector<Start> starts;
    for (const PartitionId& partition : partitions) starts.push_back({partition, 0});
    const std::lock_guard<std::mutex> hold(mutex_);
    owned_.assign(partitions.begin(), partitions.end());
    return starts;
  }
  void revoked(std::span<const PartitionId>, bool) override {}
  void gap(const PartitionId&, std::int64_t from, std::int64_t to) override {
    std::printf("gap from %lld to %lld\n", static_cast<long long>(from), static_cast<long long>(to));
  }
  std::vector<PartitionId> owned() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return owned_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<PartitionId> owned_;
};

class Reading {
 public:
  Reading(const Run& run, const FromBeginning& listener, Consumer& consumer)
      : run_(run), listener_(listener), consumer_(consumer) {}

  void worker(std::size_t index, std::size_t workers) {
    std::vector<Record> records;
    while (seen_.load() < run_.records) {
      std::size_t got = 0;
      const std::vector<PartitionId> owned = listener_.owned();
      for (std::size_t i = index; i < owned.size(); i += workers) {
        records.clear();
        const std::size_t count = consumer_.read(owned[i], kBatch, records);
        if (count > 0 && !started_.exchange(true)) watch.start();
        for (const Record& record : records) {
          bytes_.fetch_add(record.bytes.size(), std::memory_order_relaxed);
          work(run_.work);
        }
        got += count;
      }
      seen_.fetch_add(got);
      if (got == 0) consumer_.wait(Duration{100});
    }
  }
  bool done() const { return seen_.load() >= run_.records; }
  std::size_t seen() const { return seen_.load(); }
  Stopwatch watch;

 private:
  const Run& run_;
  const FromBeginning& listener_;
  Consumer& consumer_;
  std::atomic<std::size_t> seen_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> started_{false};
};

void ours(const Run& run, int number, std::size_t workers, const char* what,
          const KafkaProperties& properties) {
  SilentLog log;
  Metrics metrics;
  FromBeginning listener;
  const std::string group = run.topic + "-" + what + std::to_string(number);
  auto consumer = make_kafka_consumer({run.brokers, group, {run.topic}, "beginning", properties, {}},
                                      listener, log, metrics);
  if (!consumer.ok()) {
    std::printf("%s\n", consumer.status().message().c_str());
    return;
  }
  Reading reading(run, listener, **consumer);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back([&, i] { reading.worker(i, workers); });
  while (!reading.done()) (*consumer)->poll(Duration{20}).ignore("a benchmark");
  for (std::thread& thread : threads) thread.join();
  reading.watch.report(what, reading.seen());
  (*consumer)->close(Duration{2000});
}

bool fill(const Run& run) {
  SilentLog log;
  auto producer = KafkaProducer::open({run.brokers, {{"linger.ms", "20"}}, {}}, log);
  if (!producer.ok()) return false;
  const Status created = (*producer)->create_topic(run.topic, kPartitions);
  if (!created.ok()) std::printf("%s\n", created.message().c_str());
  const std::string bytes(600, 'x');
  for (std::size_t i = 0; i < run.records; ++i) {
    const PartitionId where{run.topic, static_cast<std::int32_t>(i % kPartitions)};
    if (!(*producer)->produce(where, "key", bytes).ok()) return false;
  }
  return (*producer)->flush(Duration{60000}).ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::printf("consume_bench HOST:PORT [RECORDS] [ROUNDS] [WORK_NS]\n");
    return 2;
  }
  Run run{argv[1], "consume-bench-" + std::to_string(getpid()), 1000000, {}};
  if (argc > 2) run.records = std::strtoull(argv[2], nullptr, 10);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  if (argc > 4) run.work = std::chrono::nanoseconds(std::atoll(argv[4]));
  if (!fill(run)) return 1;
  for (int round = 0; round < rounds; ++round) {
    bare_poll(run, round);
    ours(run, round, 1, "ours, 1 worker", {});
    ours(run, round, 2, "ours, 2 workers", {});
    ours(run, round, 1, "ours, no check.crcs", {{"check.crcs", "false"}});
    ours(run, round, 1, "ours, cooperative", {{"partition.assignment.strategy", "cooperative-sticky"}});
  }
  return 0;
}
