#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kafka/kafka_consumer.h"
#include "core/config.h"
#include "core/detector_set.h"
#include "pipeline/alert_stage.h"
#include "pipeline/partition_stream.h"

namespace vedette {

/// From configuration to what the components take. Free of side effects, but for the
/// key file that `decode_options` reads.

Result<DecodeOptions> decode_options(const Config& config);
StreamOptions stream_options(const Config& config, const DecodeOptions& decode, const TopicConfig& topic);
KafkaConsumerOptions consumer_options(const Config& config);
AlertRules alert_rules(const AlertsConfig& config);

/// Whether principals are hashed with the key that everybody knows.
bool uses_public_key(const PrivacyConfig& config);

/// Who runs this.
std::string user_name();

struct LoadedConfig {
  Config config;
  bool ok = false;
};
/// Reads the configuration; says every error on standard error.
LoadedConfig load_or_explain(const std::string& path);

}  // namespace vedette
