#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/kafka/properties.h"
#include "core/consumer.h"
#include "core/log.h"
#include "core/metrics.h"

namespace vedette {

struct KafkaConsumerOptions {
  std::string brokers;  ///< host:port, separated by commas.
  std::string group;
  std::vector<std::string> topics;
  std::string start_at = "end";  ///< beginning, end, or an RFC 3339 time.
  KafkaProperties properties;
  KafkaProperties secret_files;
};

/// All that can be wrong in the options; connects to nothing.
Status check_kafka_consumer(const KafkaConsumerOptions& options);

/// Joins the group; `poll` drives it. The listener, log and metrics outlive the consumer.
Result<std::unique_ptr<Consumer>> make_kafka_consumer(KafkaConsumerOptions options,
                                                      PartitionListener& listener, Log& log,
                                                      Metrics& metrics);

}  // namespace vedette
