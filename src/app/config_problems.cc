#include "app/config_problems.h"

#include <iostream>
#include <string>

#include "adapters/kafka/kafka_consumer.h"
#include "adapters/yaml/check_secrets.h"
#include "app/setup.h"
#include "core/catalog.h"
#include "core/config_check.h"

namespace vedette {
namespace {

/// What only those who use the secrets can tell.
ConfigErrors errors_of_users(const Config& config) {
  ConfigErrors errors;
  const auto note = [&](const Status& status, int line) {
    if (!status.ok()) errors.push_back({config.file, line, status.message()});
  };
  note(decode_options(config).status(), line_of(config, "privacy.key_file"));
  note(check_kafka_consumer(consumer_options(config)),
       line_of(config, config.kafka.properties.empty() ? "kafka.brokers" : "kafka.properties"));
  for (const SinkConfig& sink : config.sinks) {
    if (sink.type == "kafka")
      note(check_kafka_properties(KafkaRole::producer, sink.properties, sink.secret_files)
               .in("sink " + sink.name),
           sink.line);
  }
  return errors;
}

}  // namespace

bool explain_problems(const Config& config, Secrets secrets) {
  ConfigErrors errors = missing_for_run(config);
  const auto add = [&errors](const ConfigErrors& more) {
    errors.insert(errors.end(), more.begin(), more.end());
    return more.empty();
  };
  if (const Status built = build_detectors(config, catalog()).status(); !built.ok())
    errors.push_back({config.file, 0, built.message()});
  // Without its secrets a component would only say the same again.
  if (secrets == Secrets::looked_at && add(check_secrets(config))) add(errors_of_users(config));
  for (const ConfigError& error : errors) std::cerr << to_text(error) << '\n';
  return errors.empty();
}

}  // namespace vedette
