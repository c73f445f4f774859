#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/prometheus/admin_server.h"
#include "app/assignment.h"
#include "core/config.h"
#include "core/log.h"
#include "core/metrics.h"
#include "pipeline/delivery.h"
#include "pipeline/judge_loop.h"
#include "pipeline/patient_store.h"
#include "vedette/clock.h"

namespace vedette {

/// One generation of the daemon, from one configuration: created in order, destroyed in
/// reverse; a reload makes the next. All threads start in `start` and are joined by `stop`.
class Daemon {
 public:
  struct Surroundings {
    const Clock& clock;
    Log& log;
  };

  /// A sink that is not in the configuration, e.g. the demo's screen.
  struct ExtraSink {
    std::string name;
    std::unique_ptr<Sink> sink;
    Render render;
  };

  class Key {
    friend class Daemon;
    Key() = default;
  };
  Daemon(Key, Config config, const Surroundings& around);  ///< By `create` only.
  static Result<std::unique_ptr<Daemon>> create(Config config, const Surroundings& around,
                                                std::vector<ExtraSink> extra = {});
  ~Daemon();

  Status start();
  /// Not ok when a part has failed for good; then the process must end.
  Status watch();
  /// Drains, commits, leaves the group; at most about `deadline`.
  void stop(Duration deadline);

  HealthReport health() const;
  HealthReport readiness() const;
  std::string status_line() const;
  int admin_port() const { return admin_ == nullptr ? 0 : admin_->port(); }
  const Metrics& metrics() const { return metrics_; }

 private:
  bool disk_full() const;
  Status open_store();
  Status build_stages();
  Status open_outlets(std::vector<ExtraSink> extra);
  Status connect(const DecodeOptions& decode);
  Status load_judge();
  Status open_admin();
  StatusReport report() const;
  void measure();

  Config config_;
  Surroundings around_;
  Metrics metrics_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<PatientStore> patient_store_;  ///< For those who read while running.
  std::vector<BuiltDetector> detectors_;
  std::unique_ptr<AlertStage> alerts_;
  std::unique_ptr<JudgeStage> judge_;
  std::unique_ptr<Outbox> outbox_;
  std::vector<std::unique_ptr<DeliveryStage>> outlets_;
  std::unique_ptr<Board> board_;
  std::unique_ptr<JudgeLoop> judge_loop_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Assignment> assignment_;
  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<AdminServer> admin_;
  std::vector<std::jthread> delivery_threads_;
  std::jthread judge_thread_;
  std::vector<std::jthread> worker_threads_;
  std::jthread consumer_thread_;
  std::atomic<bool> assigned_{false};
  std::atomic<bool> consumer_failed_{false};
  Time started_{};
};

}  // namespace vedette
