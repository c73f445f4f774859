#pragma once

#include <memory>
#include <string>

#include "adapters/kafka/properties.h"
#include "core/log.h"
#include "vedette/sink.h"
#include "vedette/status.h"

namespace vedette {

struct KafkaSinkOptions {
  std::string brokers;
  std::string topic;
  KafkaProperties properties;
  KafkaProperties secret_files;
  Duration timeout{2000};  ///< The longest that one `deliver` may take.
};

/// All that can be wrong in the options; connects to nothing.
Status check_kafka_sink(const KafkaSinkOptions& options);

/// Produces messages to a topic in order, keyed by Message.key, acknowledged by all
/// replicas. Brokers away: `retry`. What was handed over when the time ran out is not
/// produced again but waited for, if the same messages come next.
Result<std::unique_ptr<Sink>> make_kafka_sink(KafkaSinkOptions options, Log& log);

}  // namespace vedette
