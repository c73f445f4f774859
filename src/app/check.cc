#include <iostream>

#include "adapters/kafka/kafka_consumer.h"
#include "app/commands.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "core/config_check.h"

namespace vedette {
namespace {

/// What only the components themselves can tell: keys, properties, detectors.
std::vector<std::string> errors_beyond_files(const Config& config) {
  std::vector<std::string> errors;
  const auto note = [&errors](const Status& status) {
    if (!status.ok()) errors.push_back(status.message());
  };
  note(decode_options(config).status());
  note(build_detectors(config, catalog()).status());
  KafkaConsumerOptions consumer;
  consumer.brokers = config.kafka.brokers;
  consumer.group = config.kafka.group;
  consumer.start_at = config.kafka.start_at;
  consumer.properties = config.kafka.properties;
  consumer.secret_files = config.kafka.secret_files;
  for (const TopicConfig& topic : config.topics) consumer.topics.push_back(topic.topic);
  note(check_kafka_consumer(consumer));
  for (const SinkConfig& sink : config.sinks) {
    if (sink.type == "kafka") note(check_kafka_properties(KafkaRole::producer, sink.properties, sink.secret_files).in("sink " + sink.name));
  }
  return errors;
}

}  // namespace

int check_config(const std::string& config_path) {
  const LoadedConfig loaded = load_or_explain(config_path);
  if (!loaded.ok) return 1;
  const ConfigErrors missing = missing_for_run(loaded.config);
  for (const ConfigError& error : missing) std::cerr << to_text(error) << '\n';
  const std::vector<std::string> errors = errors_beyond_files(loaded.config);
  for (const std::string& error : errors) std::cerr << config_path << ": " << error << '\n';
  if (!missing.empty() || !errors.empty()) return 1;
  if (uses_public_key(loaded.config.privacy))
    std::cerr << config_path << ": warning: no privacy.key_file: pseudonyms use a key that everybody knows\n";
  std::cout << config_path << ": good: " << loaded.config.topics.size() << " topics, " << loaded.config.sinks.size() << " sinks, "
            << build_detectors(loaded.config, catalog()).value().size() << " detectors\n";
  return 0;
}

}  // namespace vedette
