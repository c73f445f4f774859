#include "app/outlets.h"

#include <unistd.h>

#include <array>

#include "adapters/kafka/kafka_sink.h"
#include "formats/dead_letter.h"
#include "formats/formats.h"
#include "sinks/file.h"
#include "sinks/syslog.h"

namespace vedette {
namespace {

constexpr const char* kDeadLetterSink = "dead_letter";

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "-";
}

KafkaSinkOptions kafka_options(const Config& config, const SinkConfig& sink) {
  KafkaSinkOptions options;
  const bool own_brokers = !sink.brokers.empty();
  options.brokers = own_brokers ? sink.brokers : config.kafka.brokers;
  options.topic = sink.topic;
  options.properties = own_brokers ? sink.properties : config.kafka.properties;
  options.secret_files = own_brokers ? sink.secret_files : config.kafka.secret_files;
  if (!own_brokers) options.properties.insert(sink.properties.begin(), sink.properties.end());
  return options;
}

Result<std::unique_ptr<Sink>> make_sink(const Config& config, const SinkConfig& sink,
                                        const DeliveryStage::Surroundings& around) {
  if (sink.type == "kafka") return make_kafka_sink(kafka_options(config, sink), around.log);
  if (sink.type == "file") return make_file_sink({.path = sink.path});
  SyslogSinkOptions options;
  options.address = sink.address;
  options.transport = sink.transport == "udp"   ? SyslogTransport::udp
                      : sink.transport == "tcp" ? SyslogTransport::tcp
                                                : SyslogTransport::tls;
  options.tls = {sink.ca_file, sink.cert_file, sink.key_file};
  return make_syslog_sink(options, around.clock);
}

Result<Format> make_format(const SinkConfig& sink) {
  FormatOptions options;
  options.syslog.hostname = host_name();
  options.syslog.process_id = std::to_string(getpid());
  options.syslog.facility = syslog_facility(sink.facility).value_or(options.syslog.facility);
  return find_format(sink.type == "syslog" ? "syslog" : sink.format, options);
}

/// What a sink refuses for good is kept beside the store.
std::string refused_path(const Config& config, const std::string& sink) {
  return config.store.path + "/refused-" + sink + ".jsonl";
}

Result<std::unique_ptr<DeliveryStage>> assemble(const Config& config, const std::string& name,
                                                std::unique_ptr<Sink> sink, Render render, Outbox& outbox,
                                                const DeliveryStage::Surroundings& around, Duration max_age) {
  auto refused = make_file_sink({.path = refused_path(config, name)});
  if (!refused.ok()) return refused.status();
  DeliveryOptions options;
  options.sink = name;
  options.max_age = max_age;
  return std::make_unique<DeliveryStage>(
      options,
      DeliveryStage::Parts{outbox.reader(name), std::move(sink), std::move(render), std::move(*refused),
                           refused_json},
      around);
}

Result<std::unique_ptr<DeliveryStage>> make_alert_outlet(const Config& config, const SinkConfig& sink,
                                                         Outbox& outbox,
                                                         const DeliveryStage::Surroundings& around) {
  auto transport = make_sink(config, sink, around);
  if (!transport.ok()) return transport.status();
  auto format = make_format(sink);
  if (!format.ok()) return format.status();
  return assemble(config, sink.name, std::move(*transport), render_alerts(*format), outbox, around,
                  sink.max_age);
}

Result<std::unique_ptr<DeliveryStage>> make_dead_letter_outlet(const Config& config, Outbox& outbox,
                                                               const DeliveryStage::Surroundings& around) {
  if (!config.dead_letter.topic.empty()) {
    SinkConfig topic;
    topic.topic = config.dead_letter.topic;
    auto sink = make_kafka_sink(kafka_options(config, topic), around.log);
    if (!sink.ok()) return sink.status();
    return assemble(config, kDeadLetterSink, std::move(*sink), render_dead_letters(dead_letter_message),
                    outbox, around, kDay);
  }
  auto sink = make_file_sink({.path = config.dead_letter.file});
  if (!sink.ok()) return sink.status();
  const auto as_line = [](const DeadLetter& letter, Time at) {
    return Message{.key = {}, .bytes = dead_letter_json(letter, at), .headers = {}};
  };
  return assemble(config, kDeadLetterSink, std::move(*sink), render_dead_letters(as_line), outbox, around,
                  kDay);
}

bool keeps_dead_letters(const Config& config) {
  return !config.dead_letter.topic.empty() || !config.dead_letter.file.empty();
}

}  // namespace

std::vector<Outbox::Subscription> subscriptions(const Config& config) {
  std::vector<Outbox::Subscription> all;
  for (const SinkConfig& sink : config.sinks) all.push_back({sink.name, Outbox::Kind::alert});
  if (keeps_dead_letters(config)) all.push_back({kDeadLetterSink, Outbox::Kind::dead_letter});
  return all;
}

Result<std::vector<std::unique_ptr<DeliveryStage>>> make_outlets(const Config& config, Outbox& outbox,
                                                                 const DeliveryStage::Surroundings& around) {
  std::vector<std::unique_ptr<DeliveryStage>> outlets;
  for (const SinkConfig& sink : config.sinks) {
    auto outlet = make_alert_outlet(config, sink, outbox, around);
    if (!outlet.ok()) return outlet.status().in("sink " + sink.name);
    outlets.push_back(std::move(*outlet));
  }
  if (keeps_dead_letters(config)) {
    auto outlet = make_dead_letter_outlet(config, outbox, around);
    if (!outlet.ok()) return outlet.status().in("dead letters");
    outlets.push_back(std::move(*outlet));
  }
  return outlets;
}

}  // namespace vedette
