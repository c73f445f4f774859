#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "adapters/prometheus/status_report.h"
#include "vedette/status.h"
#include "vedette/time.h"

namespace vedette {

/// What the endpoint shows. Called on its threads, several at once.
struct AdminViews {
  std::function<std::string()> metrics;
  std::function<HealthReport()> health;
  std::function<HealthReport()> readiness;
  std::function<std::string()> status_json;
};

struct AdminOptions {
  std::string address = "127.0.0.1";
  int port = 9464;  ///< 0: any free port (tests).
  std::size_t threads = 2;
  std::size_t max_connections = 32;  ///< Open at once; more wait in the kernel.
  std::size_t max_request_bytes = 4096;
  Duration request_deadline{5000};  ///< For a whole request, however slowly it comes.
};

/// GET /metrics, /healthz, /readyz, /status, and nothing else. Everything a client sends is
/// bounded in bytes and time, nothing it sends is echoed, bodies are not read.
/// Owned by the app. Has its own threads from `start` until `stop` has joined them.
class AdminServer {
 public:
  /// `stop` with the address and the reason where it cannot listen.
  static Result<std::unique_ptr<AdminServer>> start(const AdminOptions& options, AdminViews views);
  virtual ~AdminServer() = default;
  virtual int port() const = 0;
  /// Breaks off what is under way; at most a fraction of a second. Idempotent.
  virtual void stop() = 0;
};

}  // namespace vedette
