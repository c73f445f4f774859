#pragma once

#include <memory>
#include <string>

#include "vedette/status.h"

namespace vedette {

/// Kafka brokers inside the process (librdkafka's mock), on a loopback port: for the
/// demo and for tests. Everything is in memory. Of each partition it keeps 5 MiB and
/// 100,000 batches, then drops the oldest: produce and consume side by side.
/// No TLS, no SASL, no admin requests, no static members. Thread-safe.
class MockCluster {
 public:
  static Result<std::unique_ptr<MockCluster>> start(int brokers = 1);
  virtual ~MockCluster() = default;

  virtual Status create_topic(const std::string& name, int partitions) = 0;
  /// What a client takes as its brokers.
  virtual std::string brokers() const = 0;
  /// Refuses connections and drops existing ones; 1 is the first broker.
  virtual void set_down(int broker) = 0;
  virtual void set_up(int broker) = 0;
};

}  // namespace vedette
