#include "adapters/kafka/kafka_consumer.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "adapters/kafka/assignment.h"
#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/farewell.h"
#include "adapters/kafka/start_at.h"
#include "adapters/kafka/start_offsets.h"

namespace vedette {
namespace {

using kafka::Lane;

constexpr Duration kMinAsk{50};
constexpr Duration kMaxAsk{1000};
constexpr Duration kCloseByDestructor{3000};
constexpr std::uint64_t kQueuesShare = 4;  ///< Queues that may take this part of the memory are told of.

std::vector<PartitionId> to_partitions(const rd_kafka_topic_partition_list_t* list) {
  std::vector<PartitionId> partitions;
  for (int i = 0; i < list->cnt; ++i) partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  return partitions;
}

/// See Consumer: a client, its events, and the assignment.
class KafkaConsumer final : public Consumer, private kafka::ClientWatch {
 public:
  KafkaConsumer(StartAt start_at, PartitionListener& listener, Log& log, Metrics& metrics)
      : ClientWatch("consumer", log, &metrics), listener_(listener), assignment_(start_at, log) {}
  ~KafkaConsumer() override { close(kCloseByDestructor); }
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;

  Status open(kafka::ConfPtr conf, const std::vector<std::string>& topics);

  Status poll(Duration wait) override;
  std::size_t read(const PartitionId& partition, std::size_t max, std::vector<Record>& out) override;
  void release(const PartitionId& partition) override;
  bool at_end(const PartitionId& partition) const override;
  std::int64_t high_watermark(const PartitionId& partition) const override;
  void wait(Duration wait) override { assignment_.wake_up().wait(wait); }
  void publish(std::span<const Position> next) override;
  bool connected() const override { return ClientWatch::connected(); }
  void close(Duration deadline) override;

 private:
  static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list,
                           void* opaque);
  void on_statistics() override;
  void assign(const std::vector<PartitionId>& partitions);
  void revoke(const std::vector<PartitionId>& partitions);
  void on_gap(const PartitionId& partition, std::int64_t from, std::int64_t to);
  void note(const rd_kafka_message_t& message);
  void note(const PartitionId& partition, Lane& lane, const Lane::Taken& taken);
  void weigh_queues() const;
  void count(const char* name, const char* help, std::size_t by);
  void leave(std::chrono::steady_clock::time_point deadline);

  PartitionListener& listener_;
  rd_kafka_t* client_ = nullptr;
  kafka::Assignment assignment_;
  bool joined_ = false;  ///< Had an assignment, if only of nothing.
};

Status KafkaConsumer::open(kafka::ConfPtr conf, const std::vector<std::string>& topics) {
  install(conf.get());
  rd_kafka_conf_set_rebalance_cb(conf.get(), &KafkaConsumer::on_rebalance);
  std::array<char, 512> error{};
  client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), error.data(), error.size());
  if (client_ == nullptr) return Status::reject(std::string("kafka: ") + error.data());
  conf.release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  assignment_.set_client(client_);
  rd_kafka_set_log_queue(client_, nullptr);
  rd_kafka_poll_set_consumer(client_);
  std::vector<Position> wanted;
  for (const std::string& topic : topics) wanted.push_back({{topic, RD_KAFKA_PARTITION_UA}, 0});
  const rd_kafka_resp_err_t failed = rd_kafka_subscribe(client_, kafka::to_list(wanted).get());
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Status::reject(std::string("kafka: cannot subscribe: ") + rd_kafka_err2str(failed));
  return {};
}

Status KafkaConsumer::poll(Duration wait) {
  if (client_ == nullptr) return Status::stop("the consumer was closed");
  if (assignment_.needs_mending())
    assignment_.mend(std::clamp(wait, kMinAsk, kMaxAsk),
                     [this](const auto& partition, auto from, auto to) { on_gap(partition, from, to); });
  const auto timeout = static_cast<int>(std::clamp(wait, Duration{0}, kHour).count());
  const kafka::MessagePtr message(rd_kafka_consumer_poll(client_, timeout));
  if (message) note(*message);
  return fatal();
}

void KafkaConsumer::note(const rd_kafka_message_t& message) {
  const std::string topic = message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "";
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Records come through the lanes only. One here has bypassed its lane: fetch it again.
    if (Lane* lane = assignment_.find({topic, message.partition}); lane != nullptr)
      assignment_.restart_later(*lane);
    return;
  }
  count("vedette_kafka_errors_total", "Errors reported by the Kafka client.", 1);
  log_.warning("kafka error", {{"error", rd_kafka_err2name(message.err)},
                               {"topic", topic},
                               {"reason", rd_kafka_message_errstr(&message)}});
}

void KafkaConsumer::on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list,
                                 void* opaque) {
  auto& consumer = static_cast<KafkaConsumer&>(*static_cast<ClientWatch*>(opaque));
  const std::vector<PartitionId> partitions = to_partitions(list);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    consumer.assign(partitions);
    return;
  }
  if (what != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
    consumer.log_.error("kafka rebalance failed", {{"error", rd_kafka_err2name(what)}});
  consumer.revoke(partitions);
}

void KafkaConsumer::assign(const std::vector<PartitionId>& partitions) {
  joined_ = true;
  assignment_.begin(partitions, listener_.assigned(partitions));
  count("vedette_kafka_assigned_total", "Partitions assigned to this instance.", partitions.size());
  weigh_queues();
}

/// All of them may be full while there is much to catch up with.
void KafkaConsumer::weigh_queues() const {
  std::array<char, 32> kib{};
  std::size_t size = kib.size();
  if (rd_kafka_conf_get(rd_kafka_conf(client_), "queued.max.messages.kbytes", kib.data(), &size) !=
      RD_KAFKA_CONF_OK)
    return;
  const std::uint64_t queues = assignment_.lanes().size() * std::strtoull(kib.data(), nullptr, 10) / 1024;
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const std::uint64_t memory = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) >> 20;
  if (queues * kQueuesShare <= memory) return;
  log_.warning("records that wait may take much of the memory: lower queued.max.messages.kbytes",
               {{"partitions", std::to_string(assignment_.lanes().size())},
                {"queues_mib", std::to_string(queues)},
                {"memory_mib", std::to_string(memory)}});
}

void KafkaConsumer::revoke(const std::vector<PartitionId>& partitions) {
  const bool lost = rd_kafka_assignment_lost(client_) != 0;
  // Returns when the workers have let them go: after that nobody reads these lanes.
  listener_.revoked(partitions, lost);
  assignment_.end(partitions);
  count("vedette_kafka_revoked_total", "Partitions taken from this instance.", partitions.size());
  if (lost)
    count("vedette_kafka_lost_total", "Partitions lost to others before they were let go.",
          partitions.size());
}

void KafkaConsumer::on_gap(const PartitionId& partition, std::int64_t from, std::int64_t to) {
  log_.error("kafka records are gone", {{"topic", partition.topic},
                                        {"partition", std::to_string(partition.partition)},
                                        {"from", std::to_string(from)},
                                        {"to", std::to_string(to)}});
  count("vedette_kafka_gap_records_total", "Records gone before they were read.",
        static_cast<std::size_t>(std::max<std::int64_t>(0, to - from)));
  listener_.gap(partition, from, to);
}

void KafkaConsumer::on_statistics() {
  for (const auto& [partition, lane] : assignment_.lanes()) {
    const std::int64_t high = high_watermark(partition);
    if (high < 0 || lane->next() < 0) continue;
    metrics_
        ->gauge("vedette_kafka_lag_records", "Records of the partition that were not read yet.",
                {{"topic", partition.topic}, {"partition", std::to_string(partition.partition)}})
        .set(static_cast<double>(std::max<std::int64_t>(0, high - lane->next())));
  }
}

void KafkaConsumer::publish(std::span<const Position> next) {
  // A commit that cannot be answered would hold up the next assignment.
  if (client_ == nullptr || next.empty() || !connected()) return;
  rd_kafka_commit(client_, kafka::to_list({next.begin(), next.end()}).get(), 1);
}

void KafkaConsumer::count(const char* name, const char* help, std::size_t by) {
  metrics_->counter(name, help, labels_).add(static_cast<double>(by));
}

void KafkaConsumer::close(Duration deadline) {
  if (client_ == nullptr) return;
  const auto until = std::chrono::steady_clock::now() + deadline;
  leave(until);
  assignment_.clear();
  const auto rest = std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
  if (!kafka::destroy_within(std::exchange(client_, nullptr), std::max(rest, kMinAsk)))
    log_.warning("the Kafka client did not stop in time and was left behind");
}

void KafkaConsumer::leave(std::chrono::steady_clock::time_point deadline) {
  // Closing a cooperative consumer before its first assignment crashes in 2.0.2 (#4381); destroying does not.
  if (!joined_) return;
  const kafka::QueuePtr queue(rd_kafka_queue_new(client_));
  const kafka::ErrorPtr failed(rd_kafka_consumer_close_queue(client_, queue.get()));
  if (failed) return;
  constexpr int kSlice = 20;
  while (rd_kafka_consumer_closed(client_) == 0 && std::chrono::steady_clock::now() < deadline)
    rd_kafka_queue_poll_callback(queue.get(), kSlice);
}

// Called by the workers.

std::size_t KafkaConsumer::read(const PartitionId& partition, std::size_t max, std::vector<Record>& out) {
  const auto hold = assignment_.hold();
  Lane* lane = assignment_.find(partition);
  if (lane == nullptr) return 0;
  // During a cooperative rebalance the client pauses partitions that stay assigned. A call for many
  // messages may then drop those it has taken already and resume behind them (2.0.2; #4208), a call for
  // one cannot. An eager rebalance revokes everything, and we begin again at our own position.
  const Lane::Taken taken = lane->read(max, assignment_.cooperative() ? 1 : max, out);
  if (taken.unusual()) note(partition, *lane, taken);
  return taken.records;
}

void KafkaConsumer::note(const PartitionId& partition, Lane& lane, const Lane::Taken& taken) {
  if (taken.out_of_range) assignment_.restart_later(lane);
  if (taken.repeated > 0)
    count("vedette_kafka_repeated_records_total", "Records that came again and were dropped.",
          taken.repeated);
  if (taken.error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  count("vedette_kafka_errors_total", "Errors reported by the Kafka client.", 1);
  log_.error("kafka partition error", {{"topic", partition.topic},
                                       {"partition", std::to_string(partition.partition)},
                                       {"next", std::to_string(lane.next())},
                                       {"error", rd_kafka_err2name(taken.error)}});
}

void KafkaConsumer::release(const PartitionId& partition) {
  const auto hold = assignment_.hold();
  if (Lane* lane = assignment_.find(partition); lane != nullptr) lane->release();
}

bool KafkaConsumer::at_end(const PartitionId& partition) const {
  const auto hold = assignment_.hold();
  const Lane* lane = assignment_.find(partition);
  return lane != nullptr && lane->at_end();
}

std::int64_t KafkaConsumer::high_watermark(const PartitionId& partition) const {
  std::int64_t low = -1;
  std::int64_t high = -1;
  if (client_ == nullptr ||
      rd_kafka_get_watermark_offsets(client_, partition.topic.c_str(), partition.partition, &low, &high) !=
          RD_KAFKA_RESP_ERR_NO_ERROR)
    return -1;
  return std::max<std::int64_t>(high, -1);
}

Status check_options(const KafkaConsumerOptions& options) {
  if (options.brokers.empty()) return Status::reject("kafka: no brokers");
  if (options.group.empty()) return Status::reject("kafka: no group");
  if (options.topics.empty()) return Status::reject("kafka: no topics");
  return parse_start_at(options.start_at).status();
}

}  // namespace

Status check_kafka_consumer(const KafkaConsumerOptions& options) {
  if (Status status = check_options(options); !status.ok()) return status;
  return check_kafka_properties(KafkaRole::consumer, options.properties, options.secret_files);
}

Result<std::unique_ptr<Consumer>> make_kafka_consumer(KafkaConsumerOptions options,
                                                      PartitionListener& listener, Log& log,
                                                      Metrics& metrics) {
  if (Status status = check_options(options); !status.ok()) return status;
  Result<kafka::ConfPtr> conf =
      kafka::make_conf(KafkaRole::consumer, options.properties, options.secret_files);
  if (!conf.ok()) return conf.status();
  for (const auto& [name, value] :
       {std::pair{"bootstrap.servers", &options.brokers}, std::pair{"group.id", &options.group}})
    if (Status status = kafka::set_property(conf->get(), name, *value); !status.ok()) return status;
  const Result<StartAt> start_at = parse_start_at(options.start_at);
  auto consumer = std::make_unique<KafkaConsumer>(*start_at, listener, log, metrics);
  if (Status status = consumer->open(std::move(*conf), options.topics); !status.ok()) return status;
  return std::unique_ptr<Consumer>(std::move(consumer));
}

}  // namespace vedette
