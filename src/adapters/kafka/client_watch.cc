#include "adapters/kafka/client_watch.h"

#include <array>

#include "adapters/kafka/client_stats.h"

namespace vedette::kafka {

ClientWatch::ClientWatch(std::string_view client, Log& log, Metrics* metrics)
    : log_(log), metrics_(metrics), labels_{{"client", std::string(client)}} {}

void ClientWatch::install(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, &ClientWatch::on_log);
  rd_kafka_conf_set_error_cb(conf, &ClientWatch::on_error);
  rd_kafka_conf_set_stats_cb(conf, &ClientWatch::on_stats);
}

void ClientWatch::on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  constexpr int kError = 3;
  constexpr int kWarning = 4;
  constexpr int kInfo = 6;
  auto* watch = static_cast<ClientWatch*>(rd_kafka_opaque(client));
  const LogLevel to = level <= kError     ? LogLevel::error
                      : level <= kWarning ? LogLevel::warning
                      : level <= kInfo    ? LogLevel::info
                                          : LogLevel::debug;
  watch->log_.write(to, std::string("kafka client: ") + facility,
                    {{"client", watch->labels_[0].second}, {"text", text}});
}

void ClientWatch::on_error(rd_kafka_t* client, int code, const char* reason, void* opaque) {
  auto* watch = static_cast<ClientWatch*>(opaque);
  auto error = static_cast<rd_kafka_resp_err_t>(code);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) watch->connected_.store(false, std::memory_order_relaxed);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> text{};
    error = rd_kafka_fatal_error(client, text.data(), text.size());
    watch->fatal_ = Status::stop(std::string(rd_kafka_err2name(error)) + ": " + text.data());
  }
  if (watch->metrics_ != nullptr)
    watch->metrics_
        ->counter("vedette_kafka_errors_total", "Errors reported by the Kafka client.", watch->labels_)
        .add();
  watch->log_.warning(
      "kafka error",
      {{"client", watch->labels_[0].second}, {"error", rd_kafka_err2name(error)}, {"reason", reason}});
}

int ClientWatch::on_stats(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
  auto* watch = static_cast<ClientWatch*>(opaque);
  const ClientStats stats = read_stats({json, size});
  watch->connected_.store(stats.connected, std::memory_order_relaxed);
  if (watch->metrics_ != nullptr) {
    watch->metrics_->gauge("vedette_kafka_connected", "1 while some broker answers.", watch->labels_)
        .set(stats.connected ? 1 : 0);
    watch->metrics_
        ->gauge("vedette_kafka_rtt_seconds", "Slowest broker's 99th percentile of request time.",
                watch->labels_)
        .set(stats.slowest_rtt);
  }
  watch->on_statistics();
  return 0;
}

}  // namespace vedette::kafka
