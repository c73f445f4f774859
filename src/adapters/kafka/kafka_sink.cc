#include "adapters/kafka/kafka_sink.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/farewell.h"

namespace vedette {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr Duration kDestroy{1000};
constexpr int kSlice = 20;

std::uint64_t fingerprint(const Message& message) {
  const std::hash<std::string_view> hash;
  return hash(message.bytes) * 0x9e3779b97f4a7c15ULL + hash(message.key);
}

/// Trying the same message again cannot help.
bool is_refusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return true;
    default:
      return false;
  }
}

/// One producer and the messages handed to it, in order, whose fate is not told yet.
class Producing final : private kafka::ClientWatch {
 public:
  explicit Producing(Log& log) : ClientWatch("sink", log, nullptr) {}
  ~Producing() override {
    if (client_ == nullptr) return;
    rd_kafka_purge(client_,
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    kafka::destroy_within(client_, kDestroy);
  }
  Producing(const Producing&) = delete;
  Producing& operator=(const Producing&) = delete;

  Status start(kafka::ConfPtr conf);
  /// The handed-over messages are the first of these.
  bool continues(std::span<const Message> messages) const;
  Delivery deliver(const std::string& topic, std::span<const Message> messages, Deadline deadline);
  bool broken() const { return broken_ || !fatal().ok(); }

 private:
  struct Handed {
    std::uint64_t fingerprint = 0;
    bool reported = false;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque);
  rd_kafka_resp_err_t produce(const std::string& topic, const Message& message);
  Status hand_over(const std::string& topic, std::span<const Message> messages);
  Status settle(std::size_t& delivered);

  rd_kafka_t* client_ = nullptr;
  std::deque<Handed> handed_;
  std::uint64_t first_ = 0;  ///< Number of handed_.front(), counted from the producer's start.
  bool broken_ = false;      ///< Order can only be kept by starting anew.
};

Status Producing::start(kafka::ConfPtr conf) {
  install(conf.get());
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &Producing::on_delivery);
  std::array<char, 512> error{};
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
  if (client_ == nullptr) return Status::reject(std::string("kafka: ") + error.data());
  conf.release();  // NOLINT(bugprone-unused-return-value): the client owns it now.
  rd_kafka_set_log_queue(client_, nullptr);
  return {};
}

void Producing::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& self = static_cast<Producing&>(*static_cast<ClientWatch*>(opaque));
  const std::uint64_t index = reinterpret_cast<std::uintptr_t>(message->_private) - self.first_;
  if (index >= self.handed_.size()) return;
  self.handed_[index].reported = true;
  self.handed_[index].error = message->err;
}

bool Producing::continues(std::span<const Message> messages) const {
  if (handed_.size() > messages.size()) return false;
  for (std::size_t i = 0; i < handed_.size(); ++i)
    if (handed_[i].fingerprint != fingerprint(messages[i])) return false;
  return true;
}

rd_kafka_resp_err_t Producing::produce(const std::string& topic, const Message& message) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(message.headers.size());
  for (const auto& [name, value] : message.headers)
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  const std::uintptr_t number = first_ + handed_.size();
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(message.key.empty() ? nullptr : message.key.data(), message.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(message.bytes.data()), message.bytes.size()),
      RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(number)), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  return error;
}

/// Until the client's queue is full or it refuses one.
Status Producing::hand_over(const std::string& topic, std::span<const Message> messages) {
  while (handed_.size() < messages.size()) {
    const Message& message = messages[handed_.size()];
    const rd_kafka_resp_err_t error = produce(topic, message);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return {};
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && !is_refusal(error))
      return Status::retry(rd_kafka_err2str(error));
    // A refusal by the client waits for its turn like one by the broker.
    handed_.push_back({fingerprint(message), error != RD_KAFKA_RESP_ERR_NO_ERROR, error});
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  }
  return {};
}

/// Takes reported messages off the front, up to the first that failed.
Status Producing::settle(std::size_t& delivered) {
  while (!handed_.empty() && handed_.front().reported) {
    const rd_kafka_resp_err_t error = handed_.front().error;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && !is_refusal(error)) {
      broken_ = true;
      return Status::retry(rd_kafka_err2str(error));
    }
    handed_.pop_front();
    ++first_;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Status::reject(rd_kafka_err2str(error));
    ++delivered;
  }
  return {};
}

Delivery Producing::deliver(const std::string& topic, std::span<const Message> messages, Deadline deadline) {
  Delivery delivery;
  while (true) {
    const std::span<const Message> rest = messages.subspan(delivery.delivered);
    if (rest.empty()) return delivery;
    delivery.rest = hand_over(topic, rest);
    if (!delivery.rest.ok()) return delivery;
    rd_kafka_poll(client_, kSlice);
    delivery.rest = settle(delivery.delivered);
    if (!delivery.rest.ok()) return delivery;
    if (!fatal().ok()) {
      delivery.rest = Status::retry(fatal().message());
      return delivery;
    }
    if (delivery.delivered < messages.size() && std::chrono::steady_clock::now() >= deadline) {
      delivery.rest = Status::retry("no acknowledgement from the brokers");
      return delivery;
    }
  }
}

class KafkaSink final : public Sink {
 public:
  KafkaSink(KafkaSinkOptions options, Log& log) : options_(std::move(options)), log_(log) {}

  Delivery deliver(std::span<const Message> messages) override;
  /// Reads secrets and certificates again.
  void reopen() override { producing_.reset(); }
  Status start();

 private:
  const KafkaSinkOptions options_;
  Log& log_;
  std::unique_ptr<Producing> producing_;
};

Status KafkaSink::start() {
  Result<kafka::ConfPtr> conf =
      kafka::make_conf(KafkaRole::producer, options_.properties, options_.secret_files);
  if (!conf.ok()) return conf.status();
  if (Status status = kafka::set_property(conf->get(), "bootstrap.servers", options_.brokers); !status.ok())
    return status;
  auto producing = std::make_unique<Producing>(log_);
  if (Status status = producing->start(std::move(*conf)); !status.ok()) return status;
  producing_ = std::move(producing);
  return {};
}

Delivery KafkaSink::deliver(std::span<const Message> messages) {
  const Deadline deadline = std::chrono::steady_clock::now() + options_.timeout;
  if (producing_ && (producing_->broken() || !producing_->continues(messages))) producing_.reset();
  if (!producing_) {
    // Files may be unreadable for a while; the alerts wait.
    if (Status status = start(); !status.ok()) return {0, Status::retry(status.message())};
  }
  return producing_->deliver(options_.topic, messages, deadline);
}

}  // namespace

Status check_kafka_sink(const KafkaSinkOptions& options) {
  if (options.brokers.empty()) return Status::reject("kafka sink: no brokers");
  if (options.topic.empty()) return Status::reject("kafka sink: no topic");
  return check_kafka_properties(KafkaRole::producer, options.properties, options.secret_files);
}

Result<std::unique_ptr<Sink>> make_kafka_sink(KafkaSinkOptions options, Log& log) {
  if (Status status = check_kafka_sink(options); !status.ok()) return status;
  auto sink = std::make_unique<KafkaSink>(std::move(options), log);
  if (Status status = sink->start(); !status.ok()) return status;
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace vedette
