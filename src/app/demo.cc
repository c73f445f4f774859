#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <string_view>

#include "adapters/kafka/kafka_producer.h"
#include "adapters/kafka/mock_cluster.h"
#include "adapters/spdlog/spdlog_log.h"
#include "adapters/systemd/real_clock.h"
#include "adapters/systemd/signals.h"
#include "app/commands.h"
#include "app/daemon.h"
#include "app/simulation.h"
#include "formats/terminal.h"
#include "pipeline/durable.h"

namespace vedette {
namespace {

constexpr const char* kTopic = "inference-events";
constexpr int kPartitions = 4;
/// The mock cluster keeps 5 MiB of a partition: never run further ahead than this.
constexpr double kMostUnread = 6000;
/// Alerts about an incident may come so long after it ended.
constexpr Duration kGrace = 3 * kHour;

/// What the demo saw; filled by the delivery thread.
class Scoreboard {
 public:
  explicit Scoreboard(std::vector<Injected> injected) : injected_(std::move(injected)) {}
  void see(const Alert& alert) {
    const std::lock_guard hold(mutex_);
    if (alert.activity != Alert::Activity::create) return;
    bool explained = false;
    for (Injected& incident : injected_) {
      if (!belongs(alert, incident)) continue;
      explained = true;
      incident.found = incident.found || alert.detector == incident.detector;
    }
    if (!explained) unexplained_.push_back(message_of(alert));
  }
  bool perfect() const {
    return unexplained_.empty() &&
           std::all_of(injected_.begin(), injected_.end(), [](const Injected& i) { return i.found; });
  }
  void print() const {
    std::printf("\n%-44s %-16s %-14s %s\n", "injected", "model", "detector", "found");
    for (const Injected& incident : injected_)
      std::printf("%-44s %-16s %-14s %s\n", incident.what.c_str(), incident.model.c_str(),
                  incident.detector.c_str(), incident.found ? "yes" : "NO");
    std::printf("alerts that nothing explains: %zu\n", unexplained_.size());
    for (const std::string& message : unexplained_) std::printf("  %s\n", message.c_str());
  }

 private:
  /// Values that were changed show to every detector of values: a consequence, not a false alarm.
  static bool follows(std::string_view detector, std::string_view injected) {
    constexpr std::array<std::string_view, 4> kOfValues = {"output_drift", "multivariate_drift",
                                                           "data_quality", "unusual_output"};
    return (injected == "feature_drift" || injected == "output_drift") &&
           std::find(kOfValues.begin(), kOfValues.end(), detector) != kOfValues.end();
  }
  static bool belongs(const Alert& alert, const Injected& incident) {
    const Entity& entity = alert.finding.entity;
    if (alert.detector != incident.detector && !follows(alert.detector, incident.detector)) return false;
    if (alert.finding.at < incident.begin || alert.finding.at > incident.end + kGrace) return false;
    if (!entity.model.empty()) return entity.model == incident.model;
    return entity.tenant.empty() || entity.tenant == incident.tenant;
  }
  mutable std::mutex mutex_;  ///< Guards both.
  std::vector<Injected> injected_;
  std::vector<std::string> unexplained_;
};

/// Prints transitions as they come.
class Screen final : public Sink {
 public:
  Screen(Scoreboard& board, bool colour) : board_(board), style_{.colour = colour} {}
  Delivery deliver(std::span<const Message> messages) override {
    for (const Message& message : messages) {
      ByteReader in(message.bytes);
      const Alert alert = decode_alert(in);
      board_.see(alert);
      std::printf("\r\033[K%s\n", terminal(alert, style_).c_str());
    }
    std::fflush(stdout);
    return {messages.size(), {}};
  }

 private:
  Scoreboard& board_;
  TerminalStyle style_;
};

Config demo_config(const std::string& brokers, const std::string& folder) {
  Config config;
  config.kafka.brokers = brokers;
  config.kafka.start_at = "beginning";
  config.kafka.properties = {{"fetch.wait.max.ms", "20"}};
  TopicConfig topic;
  topic.topic = kTopic;
  config.topics = {topic};
  config.store.path = folder + "/state";
  config.store.disk_reserve = {1 << 20};
  config.admin.listen = "127.0.0.1:0";
  config.runtime.commit_interval = Duration{200};
  config.time.idle_after = Duration{1500};
  const std::string learn = to_text(Simulation::kLearnFor);
  for (const char* name : {"feature_drift", "output_drift"}) {
    DetectorConfig detector;
    detector.name = name;
    detector.settings = {{"learn_for", {learn}, 0}};
    config.detectors.push_back(detector);
  }
  return config;
}

double events_seen(const Metrics& metrics) {
  double sum = 0;
  metrics.each([&sum](const std::string& name, const Metrics::Family& family) {
    if (name != "vedette_events_total") return;
    for (const auto& [labels, metric] : family.series) sum += metric.value();
  });
  return sum;
}

/// Feeds the simulation at the pace that ends after `seconds`, with a progress line.
class Feeder {
 public:
  Feeder(Simulation& simulation, KafkaProducer& producer, const Daemon& daemon, const Clock& clock)
      : simulation_(simulation),
        producer_(producer),
        daemon_(daemon),
        clock_(clock),
        begun_(clock.monotonic()) {}

  Status feed(Duration total, const Signals& signals) {
    SimulatedRecord record;
    while (simulation_.next(record)) {
      const std::uint64_t partition = sent_ % kPartitions;
      const Status produced =
          producer_.produce({kTopic, static_cast<std::int32_t>(partition)}, {}, record.bytes, record.time);
      if (!produced.ok()) return produced;
      if (++sent_ % 500 != 0) continue;
      const double done = share(record.time);
      progress(record.time, done);
      while (ahead(done, total) || static_cast<double>(sent_) - events_seen(daemon_.metrics()) > kMostUnread)
        if (signals.next(Duration{5}) == Signals::Wish::stop) return Status::stop("interrupted");
    }
    return producer_.flush(5 * kSecond);
  }
  std::uint64_t sent() const { return sent_; }

 private:
  double share(Time at) const {
    return static_cast<double>((at - simulation_.begin()).count()) /
           static_cast<double>((simulation_.end() - simulation_.begin()).count());
  }
  bool ahead(double done, Duration total) const {
    return static_cast<double>((clock_.monotonic() - begun_).count()) <
           done * static_cast<double>(total.count());
  }
  void progress(Time at, double done) {
    const Duration now = clock_.monotonic();
    if (now < shown_ + Duration{500}) return;
    shown_ = now;
    const auto hours = static_cast<int>((at - simulation_.begin()) / kHour);
    std::fprintf(
        stderr, "\r\033[K  hour %d of simulated traffic (%.0f %%), %llu events%s", hours, done * 100,
        static_cast<unsigned long long>(sent_),
        at < simulation_.begin() + Simulation::kLearnFor ? ", learning what is normal" : ", watching");
  }
  Simulation& simulation_;
  KafkaProducer& producer_;
  const Daemon& daemon_;
  const Clock& clock_;
  Duration begun_;
  Duration shown_{};
  std::uint64_t sent_ = 0;
};

Result<Message> as_is(const OutboxEntry& entry) {
  return Message{.key = {}, .bytes = entry.bytes, .headers = {}};
}

Status run(const DemoArguments& arguments, const std::string& folder, Scoreboard& board,
           Simulation& simulation) {
  const Signals signals;
  const RealClock clock;
  const auto log = make_log({.level = LogLevel::error}, clock, std::cerr);
  auto cluster = MockCluster::start();
  if (!cluster.ok()) return cluster.status();
  Status status = (*cluster)->create_topic(kTopic, kPartitions);
  if (!status.ok()) return status;
  std::vector<Daemon::ExtraSink> screen;
  screen.push_back({"screen", std::make_unique<Screen>(board, arguments.colour), as_is});
  auto daemon = Daemon::create(demo_config((*cluster)->brokers(), folder), {clock, *log}, std::move(screen));
  if (!daemon.ok()) return daemon.status();
  status = (*daemon)->start();
  auto producer = KafkaProducer::open(
      {.brokers = (*cluster)->brokers(), .properties = {{"linger.ms", "20"}}, .secret_files = {}}, *log);
  if (!producer.ok()) return producer.status();
  Feeder feeder(simulation, **producer, **daemon, clock);
  if (status.ok()) status = feeder.feed(kSecond * arguments.seconds, signals);
  const Duration patience = clock.monotonic() + 8 * kSecond;
  while (status.ok() && clock.monotonic() < patience &&
         events_seen((*daemon)->metrics()) < static_cast<double>(feeder.sent()))
    pause_for(Duration{50}, {});
  if (status.ok())
    pause_for(Duration{2500}, {});  // Lets the partitions rest, so that the last panes are judged.
  (*daemon)->stop(3 * kSecond);
  std::fprintf(stderr, "\r\033[K");
  std::printf("%llu events of %zu models, %.0f hours of simulated traffic\n",
              static_cast<unsigned long long>(feeder.sent()), simulation.models(),
              static_cast<double>((simulation.end() - simulation.begin()).count()) / 3600e3);
  return status;
}

}  // namespace

int run_demo(const DemoArguments& arguments) {
  std::string folder = (std::filesystem::temp_directory_path() / "vedette-demo-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "vedette: no temporary folder can be made\n";
    return 1;
  }
  // A Sunday to Wednesday; the same events and alert ids each time.
  Simulation simulation(from_ms(1772323200000));
  Scoreboard board(simulation.injected());
  const Status status = run(arguments, folder, board, simulation);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!status.ok()) {
    std::cerr << "vedette: " << status.message() << '\n';
    return 1;
  }
  board.print();
  return board.perfect() ? 0 : 1;
}

}  // namespace vedette
