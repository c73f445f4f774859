#include "adapters/kafka/kafka_producer.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/farewell.h"
#include "adapters/kafka/start_offsets.h"

namespace vedette {
namespace {

using EventPtr = std::unique_ptr<rd_kafka_event_t, kafka::Free<rd_kafka_event_destroy>>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, kafka::Free<rd_kafka_NewTopic_destroy>>;
using DeleteRecordsPtr =
    std::unique_ptr<rd_kafka_DeleteRecords_t, kafka::Free<rd_kafka_DeleteRecords_destroy>>;

constexpr Duration kFullQueue{10000};
constexpr Duration kDestroy{3000};
constexpr int kAdminTimeout = 10000;
constexpr int kSlice = 50;

class Producer final : public KafkaProducer, private kafka::ClientWatch {
 public:
  explicit Producer(Log& log) : ClientWatch("producer", log, nullptr) {}
  ~Producer() override {
    if (client_ == nullptr) return;
    rd_kafka_purge(client_,
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    kafka::destroy_within(client_, kDestroy);
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  Status start(kafka::ConfPtr conf);
  Status produce(const PartitionId& where, std::string_view key, std::string_view bytes, Time at) override;
  Status flush(Duration at_most) override;
  Status create_topic(const std::string& name, int partitions, const KafkaProperties& config) override;
  Status delete_records(const Position& before) override;

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque);

  rd_kafka_t* client_ = nullptr;
  rd_kafka_resp_err_t failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

Status Producer::start(kafka::ConfPtr conf) {
  install(conf.get());
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &Producer::on_delivery);
  std::array<char, 512> error{};
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
  if (client_ == nullptr) return Status::reject(std::string("kafka: ") + error.data());
  conf.release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  rd_kafka_set_log_queue(client_, nullptr);
  return {};
}

void Producer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
    static_cast<Producer&>(*static_cast<ClientWatch*>(opaque)).failed_ = message->err;
}

Status Producer::produce(const PartitionId& where, std::string_view key, std::string_view bytes, Time at) {
  const auto until = std::chrono::steady_clock::now() + kFullQueue;
  const std::int64_t timestamp = at == kDawn ? 0 : to_ms(at);
  while (true) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(where.topic.c_str()), RD_KAFKA_V_PARTITION(where.partition),
        RD_KAFKA_V_KEY(key.data(), key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), bytes.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_END);
    const bool full = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    rd_kafka_poll(client_, full ? kSlice : 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (!full) return Status::reject(std::string("cannot produce: ") + rd_kafka_err2str(error));
    if (std::chrono::steady_clock::now() > until) return Status::retry("the producer's queue stays full");
  }
}

Status Producer::flush(Duration at_most) {
  const rd_kafka_resp_err_t error = rd_kafka_flush(client_, static_cast<int>(at_most.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Status::retry(rd_kafka_err2str(error));
  const auto failed = std::exchange(failed_, RD_KAFKA_RESP_ERR_NO_ERROR);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return Status::reject(rd_kafka_err2str(failed));
  return {};
}

Status Producer::create_topic(const std::string& name, int partitions, const KafkaProperties& config) {
  std::array<char, 512> error{};
  const NewTopicPtr topic(rd_kafka_NewTopic_new(name.c_str(), partitions, 1, error.data(), error.size()));
  if (!topic) return Status::reject(error.data());
  for (const auto& [key, value] : config)
    rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
  const kafka::QueuePtr queue(rd_kafka_queue_new(client_));
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  rd_kafka_CreateTopics(client_, topics, 1, nullptr, queue.get());
  const EventPtr event(rd_kafka_queue_poll(queue.get(), kAdminTimeout));
  if (!event) return Status::retry("no answer about topic " + name);
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Status::retry(rd_kafka_event_error_string(event.get()));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count == 1 && rd_kafka_topic_result_error(results[0]) == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return Status::reject("cannot create topic " + name + ": " +
                        (count == 1 ? rd_kafka_topic_result_error_string(results[0]) : "no result"));
}

Status Producer::delete_records(const Position& before) {
  const kafka::PartitionListPtr list = kafka::to_list({before});
  const DeleteRecordsPtr what(rd_kafka_DeleteRecords_new(list.get()));
  const kafka::QueuePtr queue(rd_kafka_queue_new(client_));
  rd_kafka_DeleteRecords_t* all[] = {what.get()};
  rd_kafka_DeleteRecords(client_, all, 1, nullptr, queue.get());
  const EventPtr event(rd_kafka_queue_poll(queue.get(), kAdminTimeout));
  if (!event) return Status::retry("no answer about deleting records");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Status::reject(rd_kafka_event_error_string(event.get()));
  const rd_kafka_topic_partition_list_t* result =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  if (result->cnt == 1 && result->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return Status::reject("cannot delete records");
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(Options options, Log& log) {
  Result<kafka::ConfPtr> conf =
      kafka::make_conf(KafkaRole::producer, options.properties, options.secret_files);
  if (!conf.ok()) return conf.status();
  if (Status status = kafka::set_property(conf->get(), "bootstrap.servers", options.brokers); !status.ok())
    return status;
  auto producer = std::make_unique<Producer>(log);
  if (Status status = producer->start(std::move(*conf)); !status.ok()) return status;
  return std::unique_ptr<KafkaProducer>(std::move(producer));
}

}  // namespace vedette
