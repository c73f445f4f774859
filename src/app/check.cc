#include <iostream>

#include "adapters/kafka/kafka_consumer.h"
#include "app/commands.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "core/config_check.h"

namespace vedette {
namespace {

/// What only the components themselves can tell: keys, properties, detectors.
ConfigErrors errors_beyond_files(const Config& config) {
  ConfigErrors errors;
  const auto note = [&](const Status& status, int line) {
    if (!status.ok()) errors.push_back({config.file, line, status.message()});
  };
  const auto line_of = [&config](const char* name) {
    const auto line = config.lines.find(name);
    return line == config.lines.end() ? 0 : line->second;
  };
  note(decode_options(config).status(), line_of("privacy.key_file"));
  note(build_detectors(config, catalog()).status(), 0);
  KafkaConsumerOptions consumer;
  consumer.brokers = config.kafka.brokers;
  consumer.group = config.kafka.group;
  consumer.start_at = config.kafka.start_at;
  consumer.properties = config.kafka.properties;
  consumer.secret_files = config.kafka.secret_files;
  for (const TopicConfig& topic : config.topics) consumer.topics.push_back(topic.topic);
  note(check_kafka_consumer(consumer),
       line_of(consumer.properties.empty() ? "kafka.brokers" : "kafka.properties"));
  for (const SinkConfig& sink : config.sinks) {
    if (sink.type == "kafka")
      note(check_kafka_properties(KafkaRole::producer, sink.properties, sink.secret_files)
               .in("sink " + sink.name),
           sink.line);
  }
  return errors;
}

}  // namespace

int check_config(const std::string& config_path) {
  const LoadedConfig loaded = load_or_explain(config_path);
  if (!loaded.ok) return 1;
  ConfigErrors errors = missing_for_run(loaded.config);
  for (ConfigError& error : errors_beyond_files(loaded.config)) errors.push_back(std::move(error));
  for (const ConfigError& error : errors) std::cerr << to_text(error) << '\n';
  if (!errors.empty()) return 1;
  if (uses_public_key(loaded.config.privacy))
    std::cerr << config_path << ": warning: no privacy.key_file: pseudonyms use a key that everybody knows\n";
  const auto built = build_detectors(loaded.config, catalog());
  const std::vector<BuiltDetector>& detectors = built.value();
  for (const BuiltDetector& one : detectors)
    if (const std::string idle = one.detector->idle(); !idle.empty())
      std::cerr << config_path << ": note: " << one.instance << " watches nothing: " << idle << '\n';
  std::cout << config_path << ": good: " << loaded.config.topics.size() << " topics, "
            << loaded.config.sinks.size() << " sinks, " << detectors.size() << " detectors\n";
  return 0;
}

}  // namespace vedette
