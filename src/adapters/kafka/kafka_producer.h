#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/kafka/properties.h"
#include "core/log.h"
#include "vedette/position.h"
#include "vedette/status.h"

namespace vedette {

/// Fills topics, for the demo, tests and benchmarks; alerts go out through the Kafka
/// sink. Owned and called by one thread. Delivery failures show in `flush`.
class KafkaProducer {
 public:
  struct Options {
    std::string brokers;
    KafkaProperties properties;
    KafkaProperties secret_files;
  };
  static Result<std::unique_ptr<KafkaProducer>> open(Options options, Log& log);
  virtual ~KafkaProducer() = default;

  /// Partition -1: chosen by the key. `at`: the record's timestamp; kDawn: now. Waits
  /// while the client's queue is full, at most ten seconds.
  virtual Status produce(const PartitionId& where, std::string_view key, std::string_view bytes,
                         Time at = kDawn) = 0;
  /// `retry` if something is not delivered yet, `reject` if something was refused.
  virtual Status flush(Duration at_most) = 0;
  /// Needs a real broker; MockCluster makes its topics itself. An existing topic is an error.
  virtual Status create_topic(const std::string& name, int partitions,
                              const KafkaProperties& config = {}) = 0;
  /// Forgets all records before the position, as retention does. Needs a real broker.
  virtual Status delete_records(const Position& before) = 0;
};

}  // namespace vedette
