#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "adapters/kafka/handles.h"
#include "core/log.h"
#include "core/metrics.h"
#include "vedette/status.h"

namespace vedette::kafka {

/// Takes the logs, errors and statistics of one client, on the thread that polls it.
/// The client's owner derives from it: the client's opaque pointer is the ClientWatch.
class ClientWatch {
 public:
  /// `metrics` may be null: nothing is counted then.
  ClientWatch(std::string_view client, Log& log, Metrics* metrics);
  virtual ~ClientWatch() = default;

  bool connected() const { return connected_.load(std::memory_order_relaxed); }
  /// `stop` once the client has given up for good.
  Status fatal() const { return fatal_; }

 protected:
  /// Makes `*this` the opaque pointer and sets the callbacks.
  void install(rd_kafka_conf_t* conf);
  /// Once a second, after the statistics were read.
  virtual void on_statistics() {}

  Log& log_;
  Metrics* metrics_;
  const MetricLabels labels_;

 private:
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* opaque);
  static int on_stats(rd_kafka_t* client, char* json, std::size_t size, void* opaque);

  std::atomic<bool> connected_{false};
  Status fatal_;
};

}  // namespace vedette::kafka
