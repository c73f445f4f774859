#include "app/setup.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "adapters/yaml/config_files.h"
#include "adapters/yaml/load_config.h"
#include "core/catalog.h"
#include "decode/decoders.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

constexpr std::size_t kMaxKeyBytes = 4096;
constexpr std::size_t kMinKeyBytes = 16;

std::optional<EventKind> kind_named(const std::string& name) {
  if (name == "inference") return EventKind::inference;
  if (name == "access") return EventKind::access;
  if (name == "label") return EventKind::label;
  if (name == "metric") return EventKind::metric;
  return std::nullopt;
}

/// Any secret bytes make a key of the right length.
HashKey key_from(std::string_view secret) {
  const std::string digest = sha256_hex(secret, 32);
  HashKey key;
  key.k0 = std::stoull(digest.substr(0, 16), nullptr, 16);
  key.k1 = std::stoull(digest.substr(16, 16), nullptr, 16);
  return key;
}

}  // namespace

bool uses_public_key(const PrivacyConfig& config) {
  return config.principals != "plain" && config.key_file.empty();
}

Result<DecodeOptions> decode_options(const Config& config) {
  DecodeOptions options;
  options.max_record_bytes = config.limits.max_record_bytes.bytes;
  options.max_depth = static_cast<std::size_t>(config.limits.max_depth);
  options.max_values = static_cast<std::size_t>(config.limits.max_values);
  options.pseudonymise = config.privacy.principals != "plain";
  options.key_id = config.privacy.key_id;
  std::string secret = "vedette: no key file";
  if (!config.privacy.key_file.empty()) {
    auto file = read_file(config.privacy.key_file, kMaxKeyBytes);
    if (!file.ok()) return file.status().in("privacy.key_file: " + config.privacy.key_file);
    if (file->text.size() < kMinKeyBytes) return Status::stop("privacy.key_file: fewer than 16 bytes");
    secret = file->text;
  }
  options.key = key_from(secret);
  return options;
}

KafkaConsumerOptions consumer_options(const Config& config) {
  KafkaConsumerOptions options;
  options.brokers = config.kafka.brokers;
  options.group = config.kafka.group;
  options.start_at = config.kafka.start_at;
  options.properties = config.kafka.properties;
  options.secret_files = config.kafka.secret_files;
  for (const TopicConfig& topic : config.topics) options.topics.push_back(topic.topic);
  return options;
}

StreamOptions stream_options(const Config& config, const DecodeOptions& decode, const TopicConfig& topic) {
  StreamOptions options;
  options.id.topic = topic.topic;
  for (const DecoderKind* kind : decoders())
    if (kind->name == topic.decoder) options.decoder = kind;
  options.decode = decode;
  options.clock = {config.time.max_ahead, config.time.max_jump, config.time.jump_confirmations};
  options.kind = kind_named(topic.kind);
  options.keep_dead_records = !config.dead_letter.topic.empty() || !config.dead_letter.file.empty();
  return options;
}

AlertRules alert_rules(const AlertsConfig& config) {
  return {.tenant = config.tenant, .storm_cap = config.storm_cap, .incident_gap = config.incident_gap};
}

std::string user_name() {
  const passwd* const user = getpwuid(getuid());
  return user == nullptr ? std::to_string(getuid()) : user->pw_name;
}

LoadedConfig load_or_explain(const std::string& path) {
  ConfigErrors errors;
  auto loaded = load_config(path, catalog(), errors);
  for (const ConfigError& error : errors) std::cerr << to_text(error) << '\n';
  if (loaded.ok()) return {std::move(*loaded), true};
  if (errors.empty()) std::cerr << loaded.status().message() << '\n';
  return {};
}

}  // namespace vedette
