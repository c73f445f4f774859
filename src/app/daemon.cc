#include "app/daemon.h"

#include <algorithm>

#include "adapters/kafka/kafka_consumer.h"
#include "adapters/prometheus/exposition.h"
#include "adapters/prometheus/listen_address.h"
#include "adapters/rocksdb/rocksdb_store.h"
#include "app/build.h"
#include "app/outlets.h"
#include "app/setup.h"
#include "core/catalog.h"

namespace vedette {
namespace {

constexpr Duration kPoll{100};
/// The group misses dead members after their session, 45 s if not set otherwise.
constexpr Duration kAssignedWithin = 2 * kMinute;
/// A loop that has not turned for so long is stuck.
constexpr Duration kStuck = 30 * kSecond;

std::size_t worker_count(const RuntimeConfig& config) {
  if (config.workers > 0) return static_cast<std::size_t>(config.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Daemon::Daemon(Key, Config config, const Surroundings& around)
    : config_(std::move(config)), around_(around) {}

Daemon::~Daemon() { stop(Duration{0}); }

Result<std::unique_ptr<Daemon>> Daemon::create(Config config, const Surroundings& around,
                                               std::vector<ExtraSink> extra) {
  auto daemon = std::make_unique<Daemon>(Key{}, std::move(config), around);
  auto decode = decode_options(daemon->config_);
  if (!decode.ok()) return decode.status();
  Status status = daemon->open_store();
  if (status.ok()) status = daemon->open_outlets(std::move(extra));
  if (status.ok()) status = daemon->build_stages();
  if (status.ok()) status = daemon->connect(*decode);
  if (status.ok()) status = daemon->load_judge();
  if (status.ok()) status = daemon->open_admin();
  if (!status.ok()) return status;
  return daemon;
}

Status Daemon::open_store() {
  started_ = around_.clock.wall();
  register_build(metrics_, build_labels());
  RocksStoreOptions options;
  options.path = config_.store.path;
  options.cache = config_.store.cache;
  options.write_buffer = config_.store.write_buffer;
  options.min_free = config_.store.disk_reserve;
  auto store = open_rocksdb_store(options, around_.log);
  if (!store.ok()) return store.status();
  store_ = std::move(*store);
  patient_store_ = std::make_unique<PatientStore>(*store_, around_.log);
  return {};
}

Status Daemon::open_outlets(std::vector<ExtraSink> extra) {
  outbox_ = std::make_unique<Outbox>(*store_, around_.clock, config_.limits.outbox);
  std::vector<Outbox::Subscription> all = subscriptions(config_);
  for (const ExtraSink& sink : extra) all.push_back({sink.name, Outbox::Kind::alert});
  const Status status = outbox_->open(all);
  if (!status.ok()) return status;
  const DeliveryStage::Surroundings around{around_.clock, around_.log, metrics_};
  auto outlets = make_outlets(config_, *outbox_, around);
  if (!outlets.ok()) return outlets.status();
  outlets_ = std::move(*outlets);
  for (ExtraSink& sink : extra) {
    DeliveryOptions options;
    options.sink = sink.name;
    outlets_.push_back(std::make_unique<DeliveryStage>(
        options,
        DeliveryStage::Parts{
            outbox_->reader(sink.name), std::move(sink.sink), std::move(sink.render), nullptr, {}},
        around));
  }
  return {};
}

Status Daemon::build_stages() {
  auto detectors = build_detectors(config_, catalog());
  if (!detectors.ok()) return detectors.status();
  detectors_ = std::move(*detectors);
  alerts_ = std::make_unique<AlertStage>(alert_rules(config_.alerts));
  judge_ = std::make_unique<JudgeStage>(detectors_, *patient_store_, *alerts_, around_.log);
  board_ = std::make_unique<Board>(
      IdleRules{config_.time.idle_after, config_.time.live_within, config_.time.silent_after});
  auto known = known_partitions(*patient_store_);
  if (!known.ok()) return known.status();
  std::erase_if(*known, [this](const PartitionId& id) {
    return std::none_of(config_.topics.begin(), config_.topics.end(),
                        [&id](const TopicConfig& topic) { return topic.topic == id.topic; });
  });
  board_->expect(*known, kAssignedWithin);
  const WorkerOptions options{static_cast<std::size_t>(config_.runtime.batch),
                              config_.runtime.commit_interval};
  for (std::size_t i = 0; i < worker_count(config_.runtime); ++i)
    workers_.push_back(std::make_unique<Worker>(
        WorkerSurroundings{*store_, *board_, *outbox_, around_.clock, metrics_, around_.log}, options,
        static_cast<std::int64_t>(i)));
  return {};
}

Status Daemon::connect(const DecodeOptions& decode) {
  Assignment::Topics topics;
  topics.detectors = &detectors_;
  for (const TopicConfig& topic : config_.topics)
    topics.by_name[topic.topic] = stream_options(config_, decode, topic);
  assignment_ = std::make_unique<Assignment>(std::move(topics), *patient_store_, *board_, around_.log);
  std::vector<Worker*> workers;
  for (const auto& worker : workers_) workers.push_back(worker.get());
  assignment_->use(std::move(workers));
  auto consumer = make_kafka_consumer(consumer_options(config_), *assignment_, around_.log, metrics_);
  if (!consumer.ok()) return consumer.status();
  consumer_ = std::move(*consumer);
  return {};
}

/// The longest part of a start; meanwhile the broker admits us to the group.
Status Daemon::load_judge() {
  const Status status = judge_->load();
  if (!status.ok()) return status;
  judge_loop_ = std::make_unique<JudgeLoop>(
      JudgeSurroundings{*patient_store_, *board_, *outbox_, around_.clock, metrics_, around_.log}, *judge_,
      *alerts_, detectors_);
  return {};
}

Status Daemon::open_admin() {
  if (config_.admin.listen.empty()) return {};
  const auto listen = parse_listen(config_.admin.listen);
  if (!listen.ok()) return listen.status();
  AdminOptions options;
  options.address = listen->address;
  options.port = listen->port;
  AdminViews views;
  views.metrics = [this] { return expose(metrics_); };
  views.health = [this] { return health(); };
  views.readiness = [this] { return readiness(); };
  views.status_json = [this] { return to_json(report()); };
  auto admin = AdminServer::start(options, std::move(views));
  if (!admin.ok()) return admin.status();
  admin_ = std::move(*admin);
  return {};
}

Status Daemon::start() {
  for (const auto& outlet : outlets_)
    delivery_threads_.emplace_back([&outlet](const std::stop_token& stop) { outlet->run(stop); });
  judge_thread_ = std::jthread([this](const std::stop_token& stop) { judge_loop_->run(stop); });
  for (const auto& worker : workers_)
    worker_threads_.emplace_back(
        [this, &worker](const std::stop_token& stop) { worker->run(stop, *consumer_); });
  consumer_thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested() && !consumer_failed_) {
      const Status status = consumer_->poll(kPoll);
      assigned_ = assignment_->any();
      const Status failure = status.ok() ? assignment_->failure() : status;
      if (failure.ok()) continue;
      around_.log.error("consuming stopped", {{"reason", failure.message()}});
      consumer_failed_ = true;
    }
  });
  return {};
}

Status Daemon::watch() {
  measure();
  if (consumer_failed_) return Status::stop("the consumer failed; see the log");
  if (judge_loop_->failed()) return Status::stop("judging failed; see the log");
  for (const auto& worker : workers_)
    if (!worker->failure().ok()) return worker->failure();
  return {};
}

void Daemon::stop(Duration deadline) {
  judge_thread_.request_stop();  // What it has in hand is done again after the next start.
  if (patient_store_ != nullptr) patient_store_->give_up();
  consumer_thread_ = {};  // Joins: no rebalance may begin from here on.
  for (std::jthread& thread : worker_threads_) thread.request_stop();
  worker_threads_.clear();
  judge_thread_ = {};
  for (std::jthread& thread : delivery_threads_) thread.request_stop();
  if (outbox_ != nullptr) outbox_->wake();
  delivery_threads_.clear();
  if (admin_ != nullptr) admin_->stop();  // Its views look at everything below.
  if (consumer_ != nullptr) consumer_->close(deadline);
  consumer_.reset();
}

HealthReport Daemon::health() const {
  HealthReport report;
  const Duration now = around_.clock.monotonic();
  const bool waiting = disk_full();  // That ends without a restart.
  const auto stuck = [&](Duration last) { return !waiting && last > Duration{0} && now > last + kStuck; };
  if (stuck(judge_loop_->last_turn())) report.reasons.push_back("judge_stuck");
  for (const auto& worker : workers_)
    if (stuck(worker->last_turn())) report.reasons.push_back("worker_stuck");
  report.ok = report.reasons.empty();
  return report;
}

HealthReport Daemon::readiness() const {
  HealthReport report = health();
  if (!consumer_->connected()) report.reasons.push_back("broker_unreachable");
  if (!assigned_) report.reasons.push_back("no_partitions_assigned");
  if (outbox_->full()) report.reasons.push_back("outbox_full");
  const auto sink_works = [](const auto& outlet) { return outlet->state().trouble.empty(); };
  if (!outlets_.empty() && std::none_of(outlets_.begin(), outlets_.end(), sink_works))
    report.reasons.push_back("no_sink_works");
  if (disk_full()) report.reasons.push_back("disk_full");
  report.ok = report.reasons.empty();
  return report;
}

bool Daemon::disk_full() const {
  const auto space = store_space(config_.store.path);
  return space.ok() && space->free.bytes < kept_free(*space, config_.store.disk_reserve).bytes;
}

StatusReport Daemon::report() const {
  StatusReport report;
  report.build = build_labels();
  report.config_hash = config_.hash;
  report.started = started_;
  report.judged = judge_loop_->judged();
  report.health = health();
  report.readiness = readiness();
  for (const Board::PartitionView& view : board_->partitions(around_.clock.monotonic()))
    report.partitions.push_back({view.id.topic, view.id.partition, view.next_offset, -1, view.watermark});
  for (StatusReport::Partition& partition : report.partitions) {
    const std::int64_t high = consumer_->high_watermark({partition.topic, partition.partition});
    if (high >= 0 && partition.next_offset >= 0)
      partition.lag = std::max<std::int64_t>(0, high - partition.next_offset);
  }
  for (const auto& outlet : outlets_) {
    const DeliveryStage::State state = outlet->state();
    report.sinks.push_back({state.sink, state.depth, state.trouble});
  }
  report.borrowed = judge_loop_->borrowed();
  return report;
}

void Daemon::measure() {
  metrics_.gauge("vedette_ready", "1 while ready; /readyz says why not.").set(readiness().ok ? 1 : 0);
  metrics_.gauge("vedette_store_size_bytes", "Size of the store on disk.")
      .set(static_cast<double>(store_->size_bytes()));
  const auto space = store_space(config_.store.path);
  if (space.ok())
    metrics_.gauge("vedette_store_free_bytes", "Free space where the store is.")
        .set(static_cast<double>(space->free.bytes));
}

std::string Daemon::status_line() const {
  const HealthReport ready = readiness();
  if (ready.ok)
    return "watching " + std::to_string(board_->partitions(around_.clock.monotonic()).size()) + " partitions";
  std::string line = "not ready:";
  for (const std::string& reason : ready.reasons) line += " " + reason;
  return line;
}

}  // namespace vedette
