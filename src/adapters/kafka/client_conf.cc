#include "adapters/kafka/client_conf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace vedette::kafka {
namespace {

constexpr std::size_t kErrorText = 512;
constexpr std::size_t kMaxSecret = 64 * 1024;
constexpr std::string_view kFileSuffix = "_file";

struct Setting {
  const char* name;
  const char* value;
};

constexpr Setting kForAll[] = {
    {"client.id", "vedette"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"reconnect.backoff.max.ms", "5000"},
    {"log.queue", "true"},
    // Else a SASL client with no mechanism named runs kinit through a shell.
    {"sasl.kerberos.kinit.cmd", ""},
};
constexpr Setting kForConsumers[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"enable.partition.eof", "true"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "100"},
    {"check.crcs", "true"},
    {"statistics.interval.ms", "1000"},
    // Each partition has a queue of its own, so this bounds the memory of each. A full queue is looked at
    // again a second later: less than a second's records of a fast feed leave the workers idle.
    {"queued.max.messages.kbytes", "65536"},
};
constexpr Setting kForProducers[] = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"linger.ms", "5"},
    {"statistics.interval.ms", "1000"},
    // A message is given up by whoever asked for it, not by the client behind our back.
    {"message.timeout.ms", "0"},
};

struct Refused {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kOwnPosition = "positions are kept with the state, not by the client";
constexpr std::string_view kOwnKey = "it has a setting of its own";
constexpr std::string_view kOwnLog = "Vedette serves the client's logs and statistics itself";
constexpr std::string_view kRunsCode = "it would load or run other code inside Vedette";

constexpr Refused kRefused[] = {
    {"bootstrap.servers", kOwnKey},
    {"metadata.broker.list", kOwnKey},
    {"enable.auto.commit", kOwnPosition},
    {"auto.commit.enable", kOwnPosition},
    {"auto.commit.interval.ms", kOwnPosition},
    {"enable.auto.offset.store", kOwnPosition},
    {"auto.offset.reset", "use start_at; a lost range is reported, never skipped silently"},
    {"offset.store.method", kOwnPosition},
    {"offset.store.path", kOwnPosition},
    {"offset.store.sync.interval.ms", kOwnPosition},
    {"enable.partition.eof", "Vedette must know when it has reached the end of a partition"},
    {"queued.min.messages", "lower values stall fetching for a second whenever the queue is full"},
    {"consume.callback.max.messages", kOwnLog},
    {"statistics.interval.ms", kOwnLog},
    {"log.queue", kOwnLog},
    {"enabled_events", kOwnLog},
    {"opaque", kRunsCode},
    {"default_topic_conf", kRunsCode},
    {"interceptors", kRunsCode},
    {"plugin.library.paths", kRunsCode},
    {"sasl.kerberos.kinit.cmd", kRunsCode},
    {"ssl.engine.location", kRunsCode},
    {"ssl_engine_callback_data", kRunsCode},
    {"ssl_key", "give ssl.key.location"},
    {"ssl_certificate", "give ssl.certificate.location"},
    {"ssl_ca", "give ssl.ca.location"},
    {"sasl.oauthbearer.method", "OAUTHBEARER is not supported"},
    {"enable.sasl.oauthbearer.unsecure.jwt", "OAUTHBEARER is not supported"},
    {"internal.termination.signal", kRunsCode},
    {"test.mock.num.brokers", "it would replace the brokers by simulated ones"},
    {"group.protocol.type", "Vedette is a consumer"},
};
constexpr Refused kRefusedConsumer[] = {{"group.id", kOwnKey}};
constexpr Refused kRefusedProducer[] = {
    {"enable.idempotence", "alerts must not be doubled or reordered by the client"},
    {"acks", "an alert counts as delivered when all replicas have it"},
    {"request.required.acks", "an alert counts as delivered when all replicas have it"},
    {"message.timeout.ms", "alerts wait in the outbox, not in the client"},
    {"delivery.timeout.ms", "alerts wait in the outbox, not in the client"},
    {"delivery.report.only.error", "the delivery report is the acknowledgement"},
    {"queuing.strategy", "alerts keep their order"},
    {"transactional.id", "alerts are not produced in transactions"},
};

constexpr std::string_view kSecrets[] = {
    "sasl.password",
    "ssl.key.password",
    "ssl.keystore.password",
    "ssl.key.pem",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
};

std::string find_refusal(std::span<const Refused> list, std::string_view name) {
  for (const Refused& refused : list)
    if (refused.name == name) return std::string(refused.why);
  return {};
}

std::string refused_value(const std::string& name, const std::string& value) {
  if (name == "isolation.level" && value != "read_committed")
    return "records of aborted transactions would be counted";
  if ((name == "sasl.mechanisms" || name == "sasl.mechanism") && value == "OAUTHBEARER")
    return "OAUTHBEARER is not supported";
  if (name == "client.id" && value.size() > 64) return "more than 64 characters";
  if (name == "queued.max.messages.kbytes") {
    std::int64_t kib = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), kib);
    if (error != std::errc() || end != value.data() + value.size() || kib < 1024 || kib > 1048576)
      return "it bounds the memory of each partition; 1024 to 1048576";
  }
  return {};
}

Status set_secret(rd_kafka_conf_t* conf, const std::string& name, const std::string& path) {
  const Result<std::string> secret = read_secret(path);
  if (!secret.ok()) return secret.status().in(name);
  return set_property(conf, name, *secret);
}

Status set_users(rd_kafka_conf_t* conf, KafkaRole role, const std::string& name, const std::string& value) {
  if (name.ends_with(kFileSuffix)) {
    const std::string secret = name.substr(0, name.size() - kFileSuffix.size());
    if (is_secret(secret)) return set_secret(conf, secret, value);
  }
  if (is_secret(name))
    return Status::reject(name +
                          ": a secret may not stand in the configuration; give the path of a file as " +
                          name + std::string(kFileSuffix));
  if (const std::string why = refusal(role, name, value); !why.empty())
    return Status::reject(name + ": may not be set: " + why);
  return set_property(conf, name, value);
}

Status set_all(rd_kafka_conf_t* conf, std::span<const Setting> settings) {
  for (const Setting& setting : settings)
    if (Status status = set_property(conf, setting.name, setting.value); !status.ok()) return status;
  return {};
}

}  // namespace

bool is_secret(const std::string& name) {
  for (const std::string_view secret : kSecrets)
    if (secret == name) return true;
  return false;
}

std::string refusal(KafkaRole role, const std::string& name, const std::string& value) {
  if (std::string why = find_refusal(kRefused, name); !why.empty()) return why;
  const bool consumer = role == KafkaRole::consumer;
  const std::span<const Refused> own =
      consumer ? std::span<const Refused>(kRefusedConsumer) : std::span<const Refused>(kRefusedProducer);
  if (std::string why = find_refusal(own, name); !why.empty()) return why;
  if (name.ends_with("_cb") || name == "msg_order_cmp") return std::string(kRunsCode);
  return refused_value(name, value);
}

Result<std::string> read_secret(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Status::reject("cannot read " + path + ": " + std::strerror(errno));
  struct stat about {};
  std::string text(kMaxSecret + 1, '\0');
  const bool known = ::fstat(file, &about) == 0;
  std::size_t size = 0;
  ssize_t got = 0;
  while (size < text.size() && (got = ::read(file, text.data() + size, text.size() - size)) > 0)
    size += static_cast<std::size_t>(got);
  ::close(file);
  if (!known || got < 0) return Status::reject("cannot read " + path);
  if ((about.st_mode & (S_IROTH | S_IWOTH)) != 0)
    return Status::reject(path + " can be read by every user of this machine; set its mode to 0600");
  if (size > kMaxSecret) return Status::reject(path + " is larger than 64 KiB");
  text.resize(size);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return Status::reject(path + " is empty");
  return text;
}

Status set_property(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, kErrorText> error{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size()) == RD_KAFKA_CONF_OK)
    return {};
  // The library's message may quote the value.
  return Status::reject(name + ": " + (is_secret(name) ? "refused by librdkafka" : error.data()));
}

Result<ConfPtr> make_conf(KafkaRole role, const KafkaProperties& properties,
                          const KafkaProperties& secret_files) {
  ConfPtr conf(rd_kafka_conf_new());
  const bool consumer = role == KafkaRole::consumer;
  if (Status status = set_all(conf.get(), kForAll); !status.ok()) return status;
  const auto own =
      consumer ? std::span<const Setting>(kForConsumers) : std::span<const Setting>(kForProducers);
  if (Status status = set_all(conf.get(), own); !status.ok()) return status;
  for (const auto& [name, value] : properties)
    if (Status status = set_users(conf.get(), role, name, value); !status.ok()) return status;
  for (const auto& [name, path] : secret_files) {
    if (!is_secret(name)) return Status::reject(name + ": only secrets are read from files");
    if (Status status = set_secret(conf.get(), name, path); !status.ok()) return status;
  }
  return conf;
}

}  // namespace vedette::kafka

namespace vedette {

Status check_kafka_properties(KafkaRole role, const KafkaProperties& properties,
                              const KafkaProperties& secret_files) {
  Result<kafka::ConfPtr> conf = kafka::make_conf(role, properties, secret_files);
  if (!conf.ok()) return conf.status();
  const bool consumer = role == KafkaRole::consumer;
  if (consumer) {
    if (Status status = kafka::set_property(conf->get(), "group.id", "vedette-check"); !status.ok())
      return status;
  }
  // Certificates, keys and contradictions show only when a client is made; without
  // brokers it connects to nothing.
  std::array<char, kafka::kErrorText> error{};
  rd_kafka_conf_set_log_cb(conf->get(), nullptr);
  rd_kafka_t* client =
      rd_kafka_new(consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf->get(), error.data(), error.size());
  if (client == nullptr) return Status::reject(error.data());
  conf->release();
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return {};
}

}  // namespace vedette
